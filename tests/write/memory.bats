# SPDX-License-Identifier: GPL-2.0-or-later
# What pxwrite takes: 32 MiB and the decoder's window, whatever the block map.
load ../px
load ../write/write

setup() {
	not_under "every byte takes more than one" address thread
	need zstd
	px_install pxwrite
	# in memory: the disk is a file without blocks
	FAST=$(mktemp -d -p /dev/shm pxwrite-test.XXXXXX)
	cd "$FAST"
}

teardown() {
	rm -rf "${FAST:-}"
}

# many_ranges MAP BYTES CHECKED: a map of 262,144 ranges of one block of zeros each, every CHECKED-th with its checksum,
# of an image of BYTES
many_ranges() {
	python3 - "$@" <<'PY'
import hashlib, sys
name, size, checked = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
count = 262144
block = size // (2 * count)
digest = hashlib.sha1(bytes(block)).hexdigest()
text = (f'<bmap version="2.0"><ImageSize>{size}</ImageSize><BlockSize>{block}</BlockSize><BlocksCount>{2 * count}</BlocksCount>'
        f'<MappedBlocksCount>{count}</MappedBlocksCount><ChecksumType>sha1</ChecksumType><BmapFileChecksum>%s</BmapFileChecksum>'
        '<BlockMap>' + ''.join(f'<Range>{2 * i}</Range>' if i % checked else f'<Range chksum="{digest}">{2 * i}</Range>'
                               for i in range(count)) + '</BlockMap></bmap>')
text = text % hashlib.sha1((text % ('0' * 40)).encode()).hexdigest()
assert len(text) <= 16 << 20
open(name, 'w').write(text)
PY
}

# most_kib KIB COMMAND...: runs it; it may take that much
most_kib() {
	python3 - "$@" <<'PY'
import resource, subprocess, sys
subprocess.run(sys.argv[2:], check=True)
took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f'{took} KiB, at most {sys.argv[1]}')
sys.exit(took > int(sys.argv[1]))
PY
}

@test "a block map of 262,144 ranges and an image fit into 32 MiB and the decoder's window" {
	truncate -s 1G img disk
	hash=sha256:$(sha256_of img)
	many_ranges map 1073741824 2
	zstd -q -1 img
	# a window of 512 KiB
	run most_kib $((32 * 1024 + 512)) pxwrite -f -b map -H "$hash" -i img.zst disk
	echo "$output"
	[ "$status" -eq 0 ]
	# every range is checked
	printf X | dd of=img bs=1 seek=$((1073741824 - 8 * 2048)) conv=notrunc status=none
	run pxwrite -f -b map -s 1G -H "$(sha256_of img)" -i img disk
	[[ $output == *"the image has another checksum than its block map says, in bytes 1073725440 to 1073727487"* ]]
	no_boot disk 9
}
