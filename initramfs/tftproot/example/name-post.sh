# SPDX-License-Identifier: GPL-2.0-or-later
# Post of a raw image with Linux on it: the machine gets a name of its own (px.name=, which pxroom writes), the
# administrator's key, which lies beside the catalog as authorized_keys, and ssh host keys that no other machine has.
set -eu

root=$(px-mount root)
name=${PX_NAME:-px-$(echo "$PX_MAC" | tr -d :)}

old=$(cat "$root/etc/hostname" 2>/dev/null || true)
echo "$name" >"$root/etc/hostname"
if [ -n "$old" ] && [ -e "$root/etc/hosts" ]; then
	sed -i "s/\\([[:space:]]\\)$old\$/\\1$name/" "$root/etc/hosts"
fi

home=$root/root
mkdir -p -m 700 "$home/.ssh"
pxfetch -q -O "$home/.ssh/authorized_keys" "${PX_KEYS_URL:-http://$PX_SERVER/authorized_keys}"
chmod 600 "$home/.ssh/authorized_keys"

# what the image was made with is the same on all machines
rm -f "$root"/etc/ssh/ssh_host_*_key "$root"/etc/ssh/ssh_host_*_key.pub
if [ -x "$root/usr/bin/ssh-keygen" ]; then
	chroot "$root" /usr/bin/ssh-keygen -A
fi
# and so is this: systemd makes another one when it is empty
: >"$root/etc/machine-id"
