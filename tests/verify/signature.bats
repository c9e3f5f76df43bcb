#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# verify/signature.h: what ssh-keygen, minisign and signify sign is taken, and nothing that differs from it by a bit.
load ../px
load ../disk/disk

setup_file() {
	need ssh-keygen minisign signify-openbsd
	drivers verify/signature
	export SIGN=$BATS_FILE_TMPDIR/px-signature KEYS=$BATS_FILE_TMPDIR/keys
	mkdir "$KEYS"
	cd "$KEYS"
	ssh-keygen -q -t ed25519 -N '' -C joe@desk -f joe
	ssh-keygen -q -t ed25519 -N '' -C spare -f spare
	# minisign prints a key's number without the zeros in front of it: one of sixteen keys has some
	until [ -e lab.pub ] && grep -qE ' [0-9A-F]{1,15}$' lab.pub; do
		minisign -G -f -W -p lab.pub -s lab.key
	done
	signify-openbsd -G -n -p site.pub -s site.sec
	head -c 300 "$PX_TOP/tests/menu/images" >images
	ssh-keygen -q -Y sign -n px-imager -f joe images
	mv images.sig joe.sig
	ssh-keygen -q -Y sign -n px-imager -O hashalg=sha256 -f joe images
	mv images.sig joe256.sig
	minisign -S -s lab.key -m images -x lab.sig
	minisign -S -l -s lab.key -m images -x lab-legacy.sig
	signify-openbsd -S -s site.sec -m images -x site.sig
	token token
}

setup() { cd "$KEYS"; }

# token NAME [OPTION=VALUE...]: what a FIDO token would sign; none is at hand, so it is made by the equations
token() {
	cp images "$1"
	"$PX_TOP/tests/verify/sign.py" ssh "$1" type=sk-ssh-ed25519@openssh.com "${@:2}" >"$1.sig"
}

# good SIGNATURE NAME KEYS...
good() {
	run "$SIGN" check images "$1" "${@:3}"
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == "good $2 ("* ]]
}

# refused WORDS SIGNATURE KEYS...
refused() {
	run "$SIGN" check images "${@:2}"
	echo "$output"
	[ "$status" = 5 ]
	[[ $output == *"$1"* ]]
}

# useless WORDS KEYS...: one of the files is no key, and then none counts
useless() {
	run "$SIGN" check images joe.sig "${@:2}"
	echo "$output"
	[ "$status" = 6 ]
	[[ $output == *"$1"* ]]
}

@test "432 keys, messages and signatures of all classes that libraries have taken wrongly come out right" {
	run bash -c "'$PX_TOP/tests/verify/sign.py' vectors | '$SIGN' vectors"
	echo "$output"
	[ "$status" = 0 ]
	[ "$output" = "432 vectors, 0 wrong" ]
}

@test "what ssh-keygen signs is taken, with either hash, and named as ssh-keygen -l names its key" {
	good joe.sig joe@desk joe.pub
	[[ $output == *"($(ssh-keygen -l -f joe.pub | cut -d ' ' -f 2))" ]]
	good joe256.sig joe@desk spare.pub site.pub joe.pub
}

@test "what minisign and signify sign is taken, minisign's old format too, and named by its key's file and number" {
	good lab.sig lab lab.pub
	[[ $output == *"(ID $(sed -n '1s/.* //p' lab.pub))" ]]
	good lab-legacy.sig lab site.pub lab.pub
	good site.sig site lab.pub site.pub
}

@test "what a FIDO token signs is taken by us and by ssh-keygen, when it was touched" {
	ssh-keygen -Y check-novalidate -n px-imager -s token.sig <images
	good token.sig token@desk token.pub
	token untouched flags=0
	refused 'made by the token of token@desk without a touch' untouched.sig untouched.pub
	token pin flags=5
	good pin.sig token@desk pin.pub
	token elsewhere application=ssh:other
	refused 'a key that is not in this initramfs' elsewhere.sig token.pub
}

# hurt SIGNATURE KEY: each bit of both files turned over and each cut of both; what is still taken, words for bytes
hurt() {
	run "$SIGN" hurt images "$1" "$2"
	[ "$status" = 0 ]
	[[ ${lines[-1]} == *" cases" ]]
	local comment
	comment=$(head -n 1 "$1" | wc -c)
	printf '%s\n' "${lines[@]:0:${#lines[@]}-1}" | awk -v last="$((comment - 1))" \
		'$2 == "byte" && $1 == "signature:" && $3 + 0 >= 19 && $3 + 0 < last { next } NF' >"$BATS_TEST_TMPDIR/taken"
	cat "$BATS_TEST_TMPDIR/taken"
}

@test "no bit of ssh-keygen's or a token's signature or of the catalog can be turned over, and nothing cut off" {
	for name in joe token; do
		hurt $name.sig $name.pub
		[ ! -s "$BATS_TEST_TMPDIR/taken" ]
		[ "${#lines[@]}" = 1 ]
	done
}

@test "nor of minisign's and signify's, but for the comment that both call untrusted" {
	for name in lab site; do
		hurt $name.sig $name.pub
		[ ! -s "$BATS_TEST_TMPDIR/taken" ]
	done
	# without its trusted comment, minisign's old format is signify's: nothing is read from there
	hurt lab-legacy.sig lab.pub
	[ "$(cat "$BATS_TEST_TMPDIR/taken")" = "signature: cut to $(head -n 2 lab-legacy.sig | wc -c)" ]
}

@test "who signs with another key is told by fingerprint, beside the names of the keys that are here" {
	local foreign='made by a key that is not in this initramfs'
	refused "$foreign ($(ssh-keygen -l -f joe.pub | cut -d ' ' -f 2)); keys here: spare, lab" \
		joe.sig spare.pub lab.pub
	refused "$foreign (ID $(sed -n '1s/.* //p' lab.pub)); keys here: spare" lab.sig spare.pub
}

@test "a signature for something else is none" {
	cp images other
	ssh-keygen -q -Y sign -n file -f joe other
	refused 'made for something else: sign with ssh-keygen -Y sign -n px-imager' other.sig joe.pub
	# key NAME OPTION...: an SSHSIG that no tool makes
	for option in version=2 reserved=x hash=sha384 hash=sha1 said=sha256; do
		cp images made
		"$PX_TOP/tests/verify/sign.py" ssh made $option >made.sig
		run "$SIGN" check images made.sig made.pub
		echo "$option: $output"
		[ "$status" = 5 ]
	done
	"$PX_TOP/tests/verify/sign.py" ssh made >made.sig
	good made.sig token@desk made.pub
}

@test "keys of other kinds are refused in words, as keys and in signatures" {
	ssh-keygen -q -t ecdsa -N '' -f ecdsa
	ssh-keygen -q -t rsa -b 2048 -N '' -f rsa
	useless 'ecdsa.pub: an ecdsa key: only ed25519 keys are taken (ssh-keygen -t ed25519)' ecdsa.pub joe.pub
	useless 'rsa.pub: an RSA key: only ed25519 keys are taken' joe.pub rsa.pub
	for name in ecdsa rsa; do
		cp images of-$name
		ssh-keygen -q -Y sign -n px-imager -f $name of-$name
		refused 'key: only ed25519 keys are taken' of-$name.sig joe.pub
	done
	token of-token type=sk-ecdsa-sha2-nistp256@openssh.com
	refused 'an sk-ecdsa key: only ed25519 keys are taken (ssh-keygen -t ed25519-sk)' of-token.sig joe.pub
	useless 'of-token.pub: an sk-ecdsa key: only ed25519 keys are taken' of-token.pub joe.pub
}

@test "files that are no keys are refused in words" {
	: >empty.pub
	useless 'empty.pub: no key in it' empty.pub joe.pub
	echo garbage >garbage.pub
	useless 'no public key of OpenSSH, minisign or signify' garbage.pub
	useless 'a private key: it must not lie here' joe
	printf 'a\0b' >nul.pub
	useless 'binary data' nul.pub
	head -c 5000 /dev/zero | tr '\0' '#' >large.pub
	useless 'more than 4 KiB' large.pub
	sed 's/ssh-ed25519 /ssh-ed25519 AAAA/' joe.pub >broken.pub
	useless 'no public key of OpenSSH' broken.pub
	sed 's/^/cert-authority /' joe.pub >options.pub
	useless 'no public key of OpenSSH' options.pub
	head -n 1 lab.pub >half.pub
	useless 'no public key of minisign or signify' half.pub
}

@test "16 keys are taken, also from one file with comments, 17 are not" {
	{ echo '# ours'; for i in {1..15}; do cat spare.pub; echo; done; cat joe.pub; } >sixteen.pub
	good joe.sig joe@desk sixteen.pub
	useless 'more than 16 keys in all' sixteen.pub spare.pub
}

@test "a signature's file that is too long, binary, or has CR LF is refused in words" {
	{ cat joe.sig; head -c 4096 /dev/zero | tr '\0' '\n'; } >long.sig
	refused 'more than 4 KiB' long.sig joe.pub
	printf 'a\0\n' >nul.sig
	refused 'binary data' nul.sig joe.pub
	sed 's/$/\r/' joe.sig >crlf.sig
	refused 'CR LF, so it was changed on its way' crlf.sig joe.pub
	: >empty.sig
	refused 'empty' empty.sig joe.pub
	echo '<html>' >page.sig
	refused 'no signature of ssh-keygen, minisign or signify' page.sig joe.pub
	"$PX_TOP/tests/verify/sign.py" ssh images width=76 >wide.sig
	good wide.sig token@desk images.pub
}
