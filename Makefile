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
	squashfs demo run serve check check-quick bench bench-fetch bench-write bench-boot fuzz clean distclean
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
