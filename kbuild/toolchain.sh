#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes BUILD/musl/px-gcc: musl-gcc that also sees the kernel's headers (they are outside musl's include path) and the
# libraries that kbuild/libraries.sh builds.
#
#   toolchain.sh BUILD
set -eu

# the folder that holds NAME in the compiler's own search path
header_dir() {
	echo "#include <$1>" | gcc -E -x c - | sed -n "s,^# 1 \"\\(.*\\)/$1\".*,\\1,p" | head -n 1
}

main() {
	build=$(cd "$1" && pwd)
	musl=$build/musl
	mkdir -p "$musl/kernel" "$musl/include" "$musl/lib"
	for name in linux/types.h asm/types.h asm-generic/types.h mtd/mtd-abi.h; do
		dir=$(header_dir "$name")
		[ -n "$dir" ] || { echo "toolchain.sh: no <$name> (apt-get install linux-libc-dev)" >&2; exit 1; }
		ln -sfn "$dir/${name%%/*}" "$musl/kernel/${name%%/*}"
	done
	cat >"$musl/px-gcc.new" <<-WRAPPER
		#!/bin/sh
		exec musl-gcc -idirafter "$musl/kernel" -isystem "$musl/include" -L"$musl/lib" "\$@"
	WRAPPER
	chmod +x "$musl/px-gcc.new"
	mv "$musl/px-gcc.new" "$musl/px-gcc"
}

main "$@"
