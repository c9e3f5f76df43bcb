# PXE Imager. This file is an index: a stage is one target that calls one script. `make help` lists them.
B := build
CONFIG := .config
conf = $(shell sed -n 's/^CONFIG_$(1)="\(.*\)"/\1/p' $(CONFIG) 2>/dev/null)
SUITE := $(or $(call conf,PX_SUITE),trixie)

all: tftpboot
.DELETE_ON_ERROR:
.PHONY: all help setup menuconfig defconfig oldconfig savedefconfig busybox

# --- configuration: one .config for all stages; BusyBox's options come from its source
export KCONFIG_CONFIG = $(CONFIG)
$(B)/kconfig/Config.in: kbuild/busybox-tree.sh kbuild/busybox.patch | setup-build
	kbuild/busybox-tree.sh $(B) $(SUITE)
	@touch $@
menuconfig: $(B)/kconfig/Config.in
	kconfig-mconf Config.in
defconfig: $(B)/kconfig/Config.in
	kconfig-conf --defconfig=kbuild/busybox.config Config.in
oldconfig: $(B)/kconfig/Config.in
	kconfig-conf --oldconfig Config.in
savedefconfig: $(B)/kconfig/Config.in
	kconfig-conf --savedefconfig=$(B)/defconfig Config.in
$(CONFIG): | $(B)/kconfig/Config.in
	kconfig-conf --defconfig=kbuild/busybox.config Config.in >/dev/null

setup-build:

# --- stages
busybox: $(CONFIG)
	kbuild/busybox.sh $(B) $(SUITE) $(CONFIG)
tree: busybox
	debian-strip/tree.sh $(B) $(SUITE) $(CONFIG)
initramfs: tree
	initramfs/initramfs.sh $(B) $(SUITE) $(CONFIG)
tftpboot: initramfs
	initramfs/tftpboot.sh $(B) $(SUITE) $(CONFIG)
.PHONY: tree initramfs tftpboot
