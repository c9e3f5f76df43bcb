# SPDX-License-Identifier: GPL-2.0-or-later
# Post of a raw image with cloud-init on it (a distribution's cloud image): a NoCloud seed. Name and identity are this
# machine's; all else is what lies beside the catalog as user-data, the same for all.
set -eu

root=$(px-mount root)
name=${PX_NAME:-px-$(echo "$PX_MAC" | tr -d :)}
seed=$root/var/lib/cloud/seed/nocloud

mkdir -p "$seed"
printf 'instance-id: %s-%s\nlocal-hostname: %s\n' "$PX_IMAGE" "$(echo "$PX_MAC" | tr -d :)" "$name" >"$seed/meta-data"
pxfetch -q -O "$seed/user-data" "${PX_USER_DATA_URL:-http://$PX_SERVER/user-data}"
# no other source of such data is waited for
mkdir -p "$root/etc/cloud/cloud.cfg.d"
echo 'datasource_list: [ NoCloud, None ]' >"$root/etc/cloud/cloud.cfg.d/99-px-imager.cfg"
