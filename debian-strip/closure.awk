# SPDX-License-Identifier: GPL-2.0-or-later
# Which modules a driver set brings: reads modules.builtin, modules.softdep, modules.dep and the set's entries ("NAME
# LIST"), prints the path of each module, dependencies included. An entry that matches nothing is an error.

function module_name(path) {
	sub(/.*\//, "", path)
	sub(/\.ko$/, "", path)
	gsub(/-/, "_", path)
	return path
}

function add(path, i, n, needed) {
	if (path in wanted)
		return
	wanted[path] = 1
	n = split(depends[path], needed, " ")
	for (i = 1; i <= n; i++)
		add(needed[i])
	n = split(soft[module_name(path)], needed, " ")
	for (i = 1; i <= n; i++)
		if (needed[i] in path_of)
			add(path_of[needed[i]])
}

function matches(entry, path) {
	if (entry ~ /\/$/)
		return index(path, "kernel/" entry) == 1
	if (entry ~ /\//)
		return path == "kernel/" entry ".ko"
	return module_name(path) == module_name(entry)
}

FILENAME ~ /modules\.builtin$/ {
	builtin[module_name($1)] = 1
	next
}

# softdep NAME pre: A B post: C
FILENAME ~ /modules\.softdep$/ {
	if ($1 != "softdep")
		next
	for (i = 3; i <= NF; i++)
		if ($i !~ /:$/) {
			gsub(/-/, "_", $i)
			soft[$2] = soft[$2] " " $i
		}
	next
}

FILENAME ~ /modules\.dep$/ {
	path = $1
	sub(/:$/, "", path)
	path_of[module_name(path)] = path
	depends[path] = ""
	for (i = 2; i <= NF; i++)
		depends[path] = depends[path] " " $i
	next
}

{
	entries[++count] = $1
	list_of[count] = $2
}

END {
	for (i = 1; i <= count; i++)
		if (entries[i] ~ /^-/)
			for (path in depends)
				if (matches(substr(entries[i], 2), path)) {
					excluded[path] = 1
					found[i] = 1
				}
	for (i = 1; i <= count; i++) {
		if (entries[i] ~ /^-/)
			continue
		named = entries[i] !~ /\/$/
		if (module_name(entries[i]) in builtin)
			found[i] = 1
		for (path in depends)
			if (matches(entries[i], path)) {
				found[i] = 1
				if (named || !(path in excluded))
					add(path)
			}
	}
	for (i = 1; i <= count; i++)
		if (!(i in found)) {
			print "closure.awk: drivers/" list_of[i] ".list: this kernel has no module '" entries[i] "'" \
				>"/dev/stderr"
			failed = 1
		}
	if (failed)
		exit 1
	for (path in wanted)
		print path
}
