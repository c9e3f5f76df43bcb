#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints a bill of materials (SPDX 2.3, JSON) of a manifest: each line "binary|source|product NAME VERSION".
#
#   sbom.sh MANIFEST TIME     TIME: seconds of Unix, when it was made (the commit's, so that it is the same again)
set -eu

main() {
	[ $# = 2 ] || { echo "usage: sbom.sh MANIFEST TIME" >&2; exit 2; }
	awk -v created="$(date -u -d "@$2" +%Y-%m-%dT%H:%M:%SZ)" -v digest="$(sha256sum <"$1" | cut -c 1-32)" '
		function encoded(s) { gsub(/%/, "%25", s); gsub(/\+/, "%2B", s); gsub(/:/, "%3A", s); return s }
		function id(kind, name) { gsub(/[^A-Za-z0-9.-]/, "-plus-", name); return "SPDXRef-" kind "-" name }
		function package(kind, name, version) {
			printf "%s    { \"SPDXID\": \"%s\",", comma, id(kind, name)
			printf " \"name\": \"%s\", \"versionInfo\": \"%s\",\n", name, version
			printf "      \"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false,\n"
			printf "      \"licenseConcluded\": \"NOASSERTION\", \"copyrightText\": \"NOASSERTION\",\n"
			if (kind == "product")
				printf "      \"licenseDeclared\": \"GPL-2.0-or-later AND GPL-2.0-only\" }"
			else {
				printf "      \"licenseDeclared\": \"NOASSERTION\","
				printf " \"supplier\": \"Organization: Debian\",\n"
				printf "      \"externalRefs\": [ { \"referenceCategory\": \"PACKAGE-MANAGER\","
				printf " \"referenceType\": \"purl\",\n"
				printf "        \"referenceLocator\": \"pkg:deb/debian/%s@%s%s\" } ] }", encoded(name),
					encoded(version), kind == "source" ? "?arch=source" : ""
			}
			comma = ",\n"
		}
		NF != 3 || $1 !~ /^(binary|source|product)$/ || /["\\]/ {
			print "sbom.sh: line " NR " of the manifest is no package: " $0 >"/dev/stderr"
			bad = 1
			exit 1
		}
		{ kind[NR] = $1; name[NR] = $2; version[NR] = $3; if ($1 == "product") product = NR }
		END {
			if (bad)
				exit 1
			if (!product) {
				print "sbom.sh: the manifest has no product line" >"/dev/stderr"
				exit 1
			}
			ours = id("product", name[product])
			printf "{\n  \"spdxVersion\": \"SPDX-2.3\", \"dataLicense\": \"CC0-1.0\","
			printf " \"SPDXID\": \"SPDXRef-DOCUMENT\",\n"
			printf "  \"name\": \"%s-%s\",\n", name[product], version[product]
			printf "  \"documentNamespace\": \"https://spdx.org/spdxdocs/%s-%s-%s\",\n", name[product],
				encoded(version[product]), digest
			printf "  \"creationInfo\": { \"created\": \"%s\",", created
			print " \"creators\": [ \"Tool: sbom.sh\" ] },"
			print "  \"packages\": ["
			for (i = 1; i <= NR; i++)
				package(kind[i], name[i], version[i])
			print "\n  ],\n  \"relationships\": ["
			printf "    { \"spdxElementId\": \"SPDXRef-DOCUMENT\", \"relationshipType\": \"DESCRIBES\","
			printf " \"relatedSpdxElement\": \"%s\" }", ours
			for (i = 1; i <= NR; i++)
				if (i != product)
					printf ",\n    { \"spdxElementId\": \"%s\", \"relationshipType\": \"%s\"," \
						" \"relatedSpdxElement\": \"%s\" }", ours,
						kind[i] == "source" ? "GENERATED_FROM" : "CONTAINS",
						id(kind[i], name[i])
			print "\n  ]\n}"
		}' "$1"
}

main "$@"
