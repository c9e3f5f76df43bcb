# SPDX-License-Identifier: GPL-2.0-or-later
# Read with a dot by the scripts of the build.
# shellcheck shell=sh

# conf SYMBOL: its value in the file $config, without quotes; nothing when it is not set
conf() {
	# the reader sets it
	# shellcheck disable=SC2154
	sed -n "s/^CONFIG_$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$config"
}

# The libraries of what is in by the file $config, for BusyBox's link line: one that is not configured is not linked.
extra_libs() {
	for pair in PX_ZLIB:z PX_ISAL:isal PX_ZSTD:zstd PX_LIBLZMA:lzma PX_LIBBZ2:bz2 PX_LIBLZ4:lz4 \
		PX_LIBSODIUM:sodium PX_MBEDTLS:mbedtls; do
		if grep -q "^CONFIG_${pair%%:*}=y" "$config"; then
			printf '%s ' "${pair#*:}"
		fi
	done
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

# The time of the last commit of $top in seconds; of an archive without git that of its kbuild/version, to which dist.sh
# has given it.
commit_time() {
	# the reader sets it
	# shellcheck disable=SC2154
	if [ -e "$top/.git" ]; then
		git -C "$top" -c safe.directory='*' log -1 --format=%ct
	else
		stat -c %Y "$top/kbuild/version"
	fi
}

# What of BUILD/tftpboot the build makes, a name a line: no site's own images, plans or files that lie beside it.
boot_files() {
	sed 's/^[0-9a-f]*[ *]*//' "$1/tftpboot/SHA256SUMS"
	printf '%s\n' SHA256SUMS pxelinux.cfg/default grub/grub.cfg
}
