#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the static libraries that .config asks for, from Debian's sources, with musl, into BUILD/musl/lib.
#
#   libraries.sh BUILD SUITE CONFIG
set -eu

wants() {
	grep -q "^CONFIG_$1=y" "$config"
}

# 1 when libzstd is to pack, too, else 0
packs() {
	if wants PX_ZSTD_COMPRESS; then echo 1; else echo 0; fi
}

# what the library of SOURCE-PACKAGE is made of: its version, how this script builds it, and with what
recipe() {
	case $1 in
	libzstd) with=$(packs) ;;
	mbedtls) with=$(sha256sum <"$here/mbedtls_config.h") ;;
	*) with= ;;
	esac
	echo "$(cat "$build/src/$1.version") $(sha256sum <"$0") $with"
}

stale() {
	[ "$(cat "$musl/$1.built" 2>/dev/null)" != "$(recipe "$1")" ]
}

# BusyBox's make does not look at the libraries: without its program, it links anew
built() {
	recipe "$1" >"$musl/$1.built"
	rm -f "$build"/busybox-tree/busybox "$build"/busybox-tree/busybox_unstripped
}

# run DIR COMMAND...: quiet unless it fails
run() {
	dir=$1
	shift
	if ! (cd "$dir" && "$@") >"$musl/log" 2>&1; then
		tail -n 40 "$musl/log" >&2
		echo "libraries.sh: in $dir: '$*' failed (above: its last lines)" >&2
		exit 1
	fi
}

# -O3 is what zlib itself asks for: 18 % less time than -O2, for 8 KiB
build_zlib() {
	src=$build/src/zlib
	run "$src" env CC="$cc" CFLAGS="$cflags -O3" ./configure --static
	run "$src" make libz.a
	cp "$src/libz.a" "$musl/lib/"
	cp "$src/zlib.h" "$src/zconf.h" "$musl/include/"
}

# No dictionary builder, no legacy formats; the compressor only for pxread, and of it what levels 1 to 4 and 16 to 22
# are made of: the strategies between are half of it.
build_libzstd() {
	src=$build/src/libzstd/lib
	without=
	for strategy in GREEDY LAZY LAZY2 BTLAZY2; do
		without="$without -DZSTD_EXCLUDE_${strategy}_BLOCK_COMPRESSOR"
	done
	run "$src" make clean
	run "$src" make libzstd.a CC="$cc" CFLAGS="$cflags -DNDEBUG$without" ZSTD_LIB_COMPRESSION="$(packs)" \
		ZSTD_LIB_DICTBUILDER=0 ZSTD_LIB_DEPRECATED=0 ZSTD_LEGACY_SUPPORT=0 ZSTD_LIB_MINIFY=0
	cp "$src/libzstd.a" "$musl/lib/"
	cp "$src/zstd.h" "$src/zstd_errors.h" "$musl/include/"
}

# decoders only (.xz, .lzma, .lz), all checks (BusyBox's unxz knows no CRC64)
build_xz_utils() {
	src=$build/src/xz-utils
	run "$src" ./configure CC="$cc" CFLAGS="$cflags" --host="$(gcc -dumpmachine)" --disable-shared --enable-static \
		--disable-encoders --enable-decoders=lzma1,lzma2,x86,arm,arm64,armthumb,riscv,delta \
		--disable-microlzma \
		--disable-xz --disable-xzdec --disable-lzmadec --disable-lzmainfo --disable-lzma-links \
		--disable-scripts \
		--disable-doc --disable-nls --enable-threads=no
	run "$src/src/liblzma" make
	cp "$src/src/liblzma/.libs/liblzma.a" "$musl/lib/"
	cp -r "$src/src/liblzma/api/lzma.h" "$src/src/liblzma/api/lzma" "$musl/include/"
}

# no stdio: bz_internal_error is decode/bzip2.c's
build_bzip2() {
	src=$build/src/bzip2
	run "$src" make clean
	run "$src" make libbz2.a CC="$cc" CFLAGS="$cflags -DBZ_NO_STDIO"
	cp "$src/libbz2.a" "$musl/lib/"
	cp "$src/bzlib.h" "$musl/include/"
}

build_lz4() {
	src=$build/src/lz4/lib
	run "$src" make clean
	run "$src" make liblz4.a CC="$cc" CFLAGS="$cflags"
	cp "$src/liblz4.a" "$musl/lib/"
	cp "$src/lz4.h" "$src/lz4frame.h" "$musl/include/"
}

# What checks a signature and no more: Ed25519, SHA-512, BLAKE2b (minisign). 10 of its files, without its configure:
# that would build all of it, with code for processors that a signature of 4 KiB gains nothing from.
build_libsodium() {
	src=$build/src/libsodium/src/libsodium
	objects=$build/src/libsodium/px
	rm -rf "$objects"
	mkdir "$objects"
	ti=
	! "$cc" -dM -E -x c /dev/null | grep -q __SIZEOF_INT128__ || ti=-DHAVE_TI_MODE=1
	for file in crypto_sign/ed25519/ref10/open crypto_sign/ed25519/ref10/sign \
		crypto_core/ed25519/ref10/ed25519_ref10 crypto_verify/sodium/verify sodium/utils \
		crypto_hash/sha512/hash_sha512 crypto_hash/sha512/cp/hash_sha512_cp \
		crypto_generichash/blake2b/ref/blake2b-ref crypto_generichash/blake2b/ref/blake2b-compress-ref \
		crypto_generichash/blake2b/ref/generichash_blake2b; do
		# shellcheck disable=SC2086 # words
		run "$src" "$cc" $cflags -Os -std=gnu99 -DCONFIGURED=1 -DNATIVE_LITTLE_ENDIAN=1 $ti -w \
			-Iinclude -Iinclude/sodium -c -o "$objects/$(basename "$file").o" "$file.c"
	done
	rm -f "$musl/lib/libsodium.a"
	run "$objects" ar rcD "$musl/lib/libsodium.a" blake2b-compress-ref.o blake2b-ref.o ed25519_ref10.o \
		generichash_blake2b.o hash_sha512.o hash_sha512_cp.o open.o sign.o utils.o verify.o
	mkdir -p "$musl/include/sodium"
	cp "$src/include/sodium/export.h" "$src/include/sodium/crypto_sign_ed25519.h" \
		"$src/include/sodium/crypto_hash_sha512.h" "$src/include/sodium/crypto_generichash_blake2b.h" \
		"$musl/include/sodium/"
}

# A TLS client, by our own list of options (mbedtls_config.h); none of 3rdparty/. Its sources are "Apache-2.0 OR
# GPL-2.0-or-later": taken under the latter. What works on every byte, or on big numbers, at -O2; the rest, three
# quarters of the code, runs once a connection.
build_mbedtls() {
	src=$build/src/mbedtls out=$build/src/mbedtls/px-objects
	rm -rf "$musl/include/mbedtls" "$musl/include/psa" "$out"
	cp -r "$src/include/mbedtls" "$src/include/psa" "$musl/include/"
	cp "$here/mbedtls_config.h" "$musl/include/mbedtls/mbedtls_config.h"
	mkdir "$out"
	for file in "$src"/library/*.c; do
		name=$(basename "$file" .c) size=-Os
		case $name in
		aes | aesni | bignum | bignum_core | chacha20 | ecp_curves | gcm | poly1305) size=-O2 ;;
		sha256 | sha512) size=-O2 ;;
		esac
		echo "$name $size"
	done >"$out/list"
	# the words are the inner shell's
	# shellcheck disable=SC2016
	run "$src/library" xargs -P "$(nproc)" -L 1 -a "$out/list" sh -c '
		"$1" -ffunction-sections -fdata-sections "$4" -I. -c "$3.c" -o "$2/$3.o"' - "$cc" "$out"
	rm -f "$musl/lib/libmbedtls.a"
	run "$out" sh -c 'ar rcsD "$0" *.o' "$musl/lib/libmbedtls.a"
}

# Of ISA-L only inflate and gzip's CRC, for SSE4.2 and PCLMUL: AVX2's was measured to be no faster. Its tables of fixed
# codes are 140 KB of source and made at run time instead. Elsewhere than on x86-64 there is nothing in it.
build_libisal() {
	src=$build/src/libisal
	rm -f "$musl/lib/libisal.a" "$musl/isal"/*.o
	mkdir -p "$musl/isal"
	if "$cc" -dM -E -x c /dev/null | grep -q __x86_64__; then # the compiler's word: gcc -m32 is no x86-64
		run "$musl/isal" "$cc" -O2 -ffunction-sections -fdata-sections -DNO_STATIC_INFLATE_H \
			-I"$src/include" -I"$src/igzip" \
			-Ddecode_huffman_code_block_stateless=decode_huffman_code_block_stateless_01 \
			-Dcrc32_gzip_refl=crc32_gzip_refl_by8 -c "$src/igzip/igzip_inflate.c"
		for file in igzip/igzip_decode_block_stateless_01 igzip/rfc1951_lookup crc/crc32_gzip_refl_by8; do
			run "$musl/isal" nasm -f elf64 -I "$src/include/" -I "$src/igzip/" \
				-o "${file##*/}.o" "$src/$file.asm"
		done
		run "$musl/isal" sh -c 'ar rcD ../lib/libisal.a *.o'
	else
		run "$musl/isal" ar rcs ../lib/libisal.a
	fi
	cp "$src/include/igzip_lib.h" "$musl/include/"
}

# library SYMBOL SOURCE-PACKAGE [SUITE]
library() {
	wants "$1" || return 0
	"$here/archive.sh" -b "$build" -s "${3:-$suite}" source "$2"
	stale "$2" || return 0
	echo "  LIB     $2 $(cat "$build/src/$2.version")"
	"build_$(echo "$2" | tr - _)"
	built "$2"
}

main() {
	here=$(cd "$(dirname "$0")" && pwd)
	build=$(cd "$1" && pwd) suite=$2 config=$3
	musl=$build/musl
	cc=$musl/px-gcc
	cflags='-O2 -ffunction-sections -fdata-sections'
	library PX_ZLIB zlib
	# trixie's index names a version that is not to be had from every mirror
	library PX_ISAL libisal bookworm
	library PX_ZSTD libzstd
	library PX_LIBLZMA xz-utils
	library PX_LIBBZ2 bzip2
	library PX_LIBLZ4 lz4
	library PX_LIBSODIUM libsodium
	library PX_MBEDTLS mbedtls
}

main "$@"
