# SPDX-License-Identifier: GPL-2.0-or-later
# PXE Imager. An index: a stage is one target that calls one script; `make help` lists them.
B := build
CONFIG := .config
conf = $(shell sed -n 's/^CONFIG_$(1)="\(.*\)"/\1/p' $(CONFIG) 2>/dev/null)
SUITE := $(or $(call conf,PX_SUITE),trixie)
files = $(shell find $(1) -type f)
VERSION := $(shell kbuild/version.sh)

all: tftpboot
.DELETE_ON_ERROR:
.SUFFIXES: # none of make's own rules: one would make x out of x.sh
.NOTPARALLEL:
.PHONY: all help setup menuconfig defconfig oldconfig savedefconfig busybox tree initramfs tftpboot site usb ext2 \
	squashfs uki image hashes sign man deb dist release demo run serve cast check check-quick bench bench-fetch bench-write bench-boot \
	bench-delta bench-read bench-room fuzz sanitize clean distclean
ifneq ($(VERSION),$(shell cat $(B)/version 2>/dev/null))
.PHONY: $(B)/version
endif

help: ## this text
	@echo 'PXE Imager: boots machines over the network and writes disk images, all or nothing.'
	@awk -F ':.*## ' '/^# --- /{sub(/^# --- /,"\n"); print} /^[a-z0-9 -]+:.*## /{printf "  make %-14s %s\n",$$1,$$2}' Makefile

# --- Configuration: one .config for all stages (BusyBox's options come from its source)
export KCONFIG_CONFIG = $(CONFIG)
menuconfig: $(CONFIG) ## choose by menu
	kconfig-mconf Config.in
defconfig: $(B)/kconfig/Config.in ## the product that most users want
	rm -f $(CONFIG)
	kbuild/config.sh $(B) $(CONFIG)
oldconfig: $(CONFIG) ## ask about new options only
	kconfig-conf --oldconfig Config.in
savedefconfig: $(CONFIG) ## what differs from the defaults, into build/defconfig
	kconfig-conf --savedefconfig=$(B)/defconfig Config.in
$(CONFIG): Config.in $(wildcard */Config.in) kbuild/busybox.config | $(B)/kconfig/Config.in
	kbuild/config.sh $(B) $(CONFIG)
$(B)/kconfig/Config.in: kbuild/busybox-tree.sh kbuild/busybox.patch kbuild/packages.list
	kbuild/setup.sh kbuild/packages.list
	kbuild/busybox-tree.sh $(B) $(SUITE)
	@touch $@

$(B)/version:
	@mkdir -p $(B)
	@echo '$(VERSION)' >$@

# --- Building, in this order
all: ## everything
busybox: $(B)/busybox $(B)/network ## build/busybox: static, with pximenu, pxfetch, pxwrite
$(B)/busybox: $(CONFIG) $(call files,applets) $(wildcard kbuild/*.sh) kbuild/busybox.patch $(B)/version
	kbuild/busybox.sh $(B) $(SUITE) $(CONFIG)
	@touch $@
$(B)/network: initramfs/pack/joined.sh $(call files,initramfs/overlay/etc/px)
	initramfs/pack/joined.sh initramfs/overlay/etc/px $@
tree: $(B)/rootdir.tar ## build/tree, build/rootdir.tar: Debian, small
$(B)/rootdir.tar: $(B)/busybox $(call files,debian-strip)
	debian-strip/tree.sh $(B) $(SUITE) $(CONFIG)
	@touch $@
initramfs: $(B)/px.cpio.xz ## build/px.cpio.xz: what the machine boots
$(B)/px.cpio.xz: $(B)/rootdir.tar $(B)/network $(call files,initramfs/overlay initramfs/overlay-card initramfs/pack)
	initramfs/pack/initramfs.sh $(B) $(SUITE) $(CONFIG)
	@touch $@
tftpboot: $(B)/tftpboot.done ## build/tftpboot/: a TFTP root as it stands
$(B)/tftpboot.done: $(B)/px.cpio.xz $(call files,initramfs/tftproot)
	initramfs/pack/tftpboot.sh $(B) $(SUITE) $(CONFIG)
	@touch $@
usb: tftpboot ## build/px-usb.img: a stick for BIOS and UEFI with all of build/tftpboot
	initramfs/pack/usb.sh $(B) $(SUITE) $(CONFIG)
ext2 squashfs: tftpboot ## build/px-ext2.img, px-squashfs.img: CF cards that run from the card, for little RAM
	initramfs/pack/card.sh $@ $(B) $(SUITE) $(CONFIG)

site: tftpboot ## a site's own files, joined at boot: make site DIR=folder (it becomes /)
	initramfs/pack/site.sh $(B) "$(DIR)"
uki: tftpboot ## kernel, initramfs and site in one signed program for UEFI: make uki KEY=db.key CERT=db.pem [DIR=folder] [CMDLINE='...']
	kbuild/setup.sh initramfs/pack/uki.list
	initramfs/pack/uki.sh $(B) $(SUITE) $(CONFIG) '$(KEY)' '$(CERT)' '$(DIR)' '$(CMDLINE)'

image: $(B)/busybox ## FILE becomes an image in build/tftpboot: make image FILE=disk.img ID=debian-13 TITLE='Debian 13' [FIELDS='Grow=yes']
	@initramfs/serve/image.sh $(B) '$(FILE)' '$(ID)' '$(TITLE)' $(foreach f,$(FIELDS),'$(f)')
hashes: $(B)/busybox ## sizes and sums that build/tftpboot/images lacks
	$(B)/busybox pxcatalog hashes $(B)/tftpboot/images
sign: $(B)/busybox ## sign build/tftpboot/images: make sign KEY=~/.ssh/id_ed25519 [DAYS=30]; docs/trust.md
	@initramfs/serve/sign.sh $(B) '$(KEY)' '$(or $(DAYS),30)'
man: $(B)/busybox ## build/man/: the manual pages (docs/man, with the applets' own usage)
	kbuild/setup.sh kbuild/man.list
	kbuild/man.sh $(B)
deb: tftpboot man ## build/dist/pxe-imager_VERSION_ARCH.deb: a Debian package with service, tools and pages
	kbuild/deb.sh $(B)
dist: ## build/dist/: the source as it is committed, to build without git, with its sum
	kbuild/dist.sh $(B)
release: deb ## build/release/VERSION: source, package, boot files, SPDX, changes, sums; built twice and compared
	kbuild/release.sh $(B) $(CONFIG)

# --- Running
demo: demo-setup tftpboot $(B)/demo/debian.img.zst ## boot QEMU over PXE, install a real Debian, boot into it
	tests/boot/demo/demo.sh $(B)
run: demo-setup tftpboot $(B)/demo/debian.img.zst ## the same machine with the menu, by hand
	tests/boot/demo/demo.sh -i $(B)
serve: tftpboot ## DHCP, TFTP, HTTP and the room for a real network: make serve IFACE=eth1 [RANGE=10.0.0.50,10.0.0.99] [WEB=nginx] [HTTP=URL] [TLS=yes]
	initramfs/serve/serve.sh -b $(B) -i "$(IFACE)" -r "$(RANGE)" -w "$(HTTP)" -W "$(WEB)" -t "$(TLS)"
cast: ## send an image to a whole room by multicast: make cast IMAGE=ID; docs/multicast.md
	@initramfs/serve/cast.sh -b $(B) $(addprefix -i ,$(IFACE)) $(addprefix -n ,$(MACHINES)) $(addprefix -r ,$(RATE)) \
		$(addprefix -t ,$(TTL)) $(addprefix -a ,$(RANGE)) $(addprefix -c ,$(ROUNDS)) $(IMAGE)
.PHONY: demo-setup
demo-setup:
	kbuild/setup.sh kbuild/packages.list tests/packages.d/boot.list
$(B)/demo/debian.img.zst: tests/boot/demo/image.sh $(CONFIG)
	tests/boot/demo/image.sh $(B) $(SUITE)

# --- Testing
check: check-setup tftpboot $(B)/demo/debian.img.zst ## all tests, QEMU boots too
	tests/run $(B)
check-quick: check-setup busybox ## the tests that need neither the tree nor QEMU
	tests/run -q $(B)
.PHONY: check-setup
check-setup:
	kbuild/setup.sh kbuild/packages.list $(wildcard tests/packages.d/*.list)
fuzz: check-setup busybox ## every fuzz target for SECONDS (60)
	tests/fuzz/run $(B) $(or $(SECONDS),60)
sanitize: check-setup busybox ## the applets' suites under ASan and UBSan, TSan (KIND=thread) or in 32 bits (KIND=m32)
	tests/sanitize/run $(B) $(or $(KIND),address)
bench: bench-fetch bench-write bench-read ## compare with the peers, side by side
bench-fetch: check-setup busybox
	tests/bench/bench-fetch.sh $(B)
bench-write: check-setup busybox
	tests/bench/bench-write.sh $(B)
bench-read: check-setup busybox $(B)/demo/debian.img.zst
	tests/bench/bench-read.sh $(B)

bench-delta: check-setup busybox ## re-imaging: only what differs, beside the whole stream, over 1 Gbit/s
	tests/bench/bench-delta.sh $(B)
bench-room: check-setup busybox ## twelve machines by multicast, two mirrors, a cache, over 200 Mbit/s each
	tests/bench/bench-room.sh $(B)
bench-boot: demo-setup tftpboot ## power-on to menu, and sizes, beside a bare BusyBox and Debian's installer
	tests/bench/bench-boot.sh $(B) $(SUITE)

# --- Cleaning
clean: ## remove build/, keep .config
	rm -rf $(B)
distclean: clean ## remove .config too
	rm -f $(CONFIG) $(CONFIG).old
