# SPDX-License-Identifier: GPL-2.0-or-later
# Read with a dot by serve.sh: the web server of the room, its page and its events. It serves BUILD/tftpboot as it is,
# and below /px/ runs pxevent; what that keeps is in BUILD/room. The reader sets build, root, seen (where $user finds
# root), state, room (likewise), owner, user, group, url, web, http_port, and has die, address, exec_mounted,
# is_readable.
# shellcheck shell=sh disable=SC2154

# Which web server there will be; sets url, where machines find it, and web.
choose_web() {
	case $url in
	'') ;;
	none)
		url='' web=none
		return 0
		;;
	*)
		web=none
		return 0
		;;
	esac
	case $web in
	httpd)
		"$build/busybox" --list 2>/dev/null | grep -qx pxevent ||
			die "$build/busybox has no httpd (PX_ROOM): run make busybox; or WEB=nginx, HTTP=URL, HTTP=none"
		;;
	nginx)
		for tool in nginx fcgiwrap; do
			command -v $tool >/dev/null || die "no $tool: apt-get install nginx-light fcgiwrap"
		done
		;;
	*) die "WEB=$web: neither httpd nor nginx" ;;
	esac
	url=http://$(address)
	[ "$http_port" = 80 ] || url=$url:$http_port
}

# What machines are told beside their boot files: the catalog by HTTP, and where events go.
give_defaults() {
	mkdir -p "$state/give/etc/px"
	echo "px.catalog=$url/images px.report=$url/px/event" >"$state/give/etc/px/defaults"
}

# BUILD/room: the servers' user adds files to it (sticky: and takes nobody else's away), plans are for its group to
# read; see docs/room.md.
make_room() {
	install -d -o "$owner" -g "$group" -m 1770 "$build/room"
	install -d -o "$owner" -g "$group" -m 770 "$build/room/state"
	install -d -o "$owner" -g "$group" -m 750 "$build/room/plans"
	mkdir -p "$root/px"
	page=$here/px/index.html
	cmp -s "$page" "$root/px/index.html" || install -m 644 "$page" "$root/px/index.html"
	chown "$(stat -L -c %u:%g "$root")" "$root/px" "$root/px/index.html"
}

# The keeper turns plans over; only who owns tftpboot may.
keep() {
	export PX_ROOM_URL="$url"
	set -- "$@" -- setpriv --reuid "$owner" --regid "$(id -g "$owner")" --init-groups \
		"$build/busybox" sh "$here/pxroom" -r "$root" -d "$build/room" keep
	serve "$@"
}

serve() {
	"$here/give.sh" "$build" "$state/give"
	export PX_ROOM_DIR="$room"
	is_readable || exec_mounted "$@"
	exec "$@"
}

serve_none() {
	serve "$@"
}

serve_httpd() {
	make_room
	give_defaults
	echo "HTTP: $url/ has the same files, $url/px/ is the room's page."
	keep "$@" -- "$build/busybox" httpd -f -p "$(address):$http_port" -u "$user:$group" -h "$seen"
}

# The same files, the same CGI; images that machines save are taken below /up/ (px.capture=).
write_nginx() {
	cat <<-CONF
		daemon off; pid $state/nginx.pid; error_log stderr; user $user $group; worker_processes auto;
		events { worker_connections 2048; }
		http {
			access_log off; sendfile on; tcp_nopush on; default_type application/octet-stream;
			types { text/html html; }
			client_body_temp_path $room/temp; proxy_temp_path $room/temp; fastcgi_temp_path $room/temp;
			uwsgi_temp_path $room/temp; scgi_temp_path $room/temp;
			limit_req_zone \$binary_remote_addr zone=px:1m rate=20r/s;
			server {
				listen $(address):$http_port; root $seen;
				location ~ ^/px/(event|state\\.json|metrics|log|once)\$ {
					limit_req zone=px burst=100 nodelay;
					client_max_body_size 2m;
					fastcgi_pass unix:$room/cgi;
					fastcgi_param SCRIPT_FILENAME $room/pxevent;
					fastcgi_param SCRIPT_NAME \$uri;
					fastcgi_param PX_ROOM_DIR $room;
					fastcgi_param REQUEST_METHOD \$request_method;
					fastcgi_param QUERY_STRING \$query_string;
					fastcgi_param CONTENT_TYPE \$content_type;
					fastcgi_param CONTENT_LENGTH \$content_length;
					fastcgi_param REMOTE_ADDR \$remote_addr;
				}
				location /up/ { root $room; dav_methods PUT; client_max_body_size 0; }
			}
		}
	CONF
}

serve_nginx() {
	make_room
	give_defaults
	install -d -o "$owner" -g "$group" -m 775 "$build/room/up"
	install -d -o "$owner" -g "$group" -m 770 "$build/room/temp"
	install -m 755 "$build/busybox" "$build/room/pxevent"
	rm -f "$build/room/cgi"
	write_nginx >"$state/nginx.conf"
	echo "HTTP (nginx): $url/ has the same files, $url/px/ is the room's page, $url/up/ takes images (px.capture=)."
	keep "$@" -- nginx -c "$state/nginx.conf" -- setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups \
		fcgiwrap -c 4 -s "unix:$room/cgi"
}
