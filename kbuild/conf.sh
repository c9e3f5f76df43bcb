# SPDX-License-Identifier: GPL-2.0-or-later
# Read with a dot by the scripts of the build.
# shellcheck shell=sh

# conf SYMBOL: its value in the file $config, without quotes; nothing when it is not set
conf() {
	# the reader sets it
	# shellcheck disable=SC2154
	sed -n "s/^CONFIG_$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$config"
}

# put FROM TO: copies only what has changed, so that times say something
put() {
	if ! cmp -s "$1" "$2"; then
		cp "$1" "$2.new"
		chmod 644 "$2.new"
		mv "$2.new" "$2"
	fi
}

# What a file with a secret key has in it (OpenSSL, ssh-keygen; PuTTY; minisign, signify), for grep -E. Read by others.
# shellcheck disable=SC2034
secret_key='PRIVATE KEY|PuTTY-User-Key-File|^untrusted comment: (minisign|signify) .*secret key'

# die WHAT: WHY...: the script's name, the reason, exit status 1
die() {
	echo "${0##*/}: $*" >&2
	exit 1
}
