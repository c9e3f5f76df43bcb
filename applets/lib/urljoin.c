/*
 * Relative references. See px_url_join in catalog.h.
 */
//kbuild:lib-$(CONFIG_PX_MENU) += urljoin.o

#include "libbb.h"
#include "lib/catalog.h"

/* length of "scheme:" at the start, 0 without one */
static size_t scheme_length(const char *url)
{
	size_t n = 0;

	if (!isalpha(url[0]))
		return 0;
	while (isalnum(url[n]) || (url[n] && strchr("+-.", url[n])))
		n++;
	return url[n] == ':' ? n + 1 : 0;
}

char* FAST_FUNC px_url_join(const char *base, const char *reference)
{
	size_t scheme = scheme_length(base);
	const char *path = base + scheme;
	const char *end;

	if (scheme_length(reference) || !base[0])
		return xstrdup(reference);
	if (is_prefixed_with(reference, "//"))
		return xasprintf("%.*s%s", (int)scheme, base, reference);
	if (is_prefixed_with(path, "//"))
		path = strchrnul(path + 2, '/');
	if (reference[0] == '/')
		return xasprintf("%.*s%s", (int)(path - base), base, reference);
	end = path + strcspn(path, "?#");
	while (end > path && end[-1] != '/')
		end--;
	if (*path == '\0' && scheme)
		return xasprintf("%s/%s", base, reference);
	return xasprintf("%.*s%s", (int)(end - base), base, reference);
}
