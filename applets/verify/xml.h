/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The XML that block maps are made of, pulled: tags, attributes, text and comments of a buffer. Entities, DOCTYPE,
 * CDATA and processing instructions are refused, for whoever needs these means something else. No I/O but messages.
 *
 *	px_xml_begin(&x, text, text_bytes, name);
 *	while ((what = px_xml_next(&x)) > 0) ...
 */
#ifndef PX_XML_H
#define PX_XML_H 1

enum { PX_XML_MAX_DEPTH = 8, PX_XML_MAX_ATTRIBUTES = 4 };

/* A piece of the text, not owned; p is NULL: there is none. */
struct px_span {
	const char *p;
	size_t len;
};

enum px_xml_event {
	PX_XML_END_OF_TEXT = 0,  /* all elements are closed */
	PX_XML_BEGIN,            /* name, attribute[]; depth counts it already */
	PX_XML_END,              /* name, content; depth counts it no more */
};

struct px_xml {
	/* for the caller, until the next px_xml_next */
	unsigned depth;              /* elements that are open */
	struct px_span name;
	struct px_span content;      /* the text behind the last element or comment in it, trimmed */
	unsigned attributes;
	struct { struct px_span name, value; } attribute[PX_XML_MAX_ATTRIBUTES];
	/* private */
	const char *source;          /* for messages */
	const char *text, *end, *at;
	const char *content_start;
	struct px_span open[PX_XML_MAX_DEPTH];
	smallint started;            /* something stood in the text already: no <?xml ?> any more */
	smallint rooted;             /* the outermost element has begun */
	smallint empty;              /* <name/> has begun: the next event is its end */
};

/* text (text_bytes of it, need not end in NUL) and source, its name in messages, must outlive x. */
void px_xml_begin(struct px_xml *x, const char *text, size_t text_bytes, const char *source) FAST_FUNC;

/* The next enum px_xml_event; -1: "SOURCE: line 12: why" is printed. After PX_XML_END_OF_TEXT and -1 it must not be
 * called again. */
int px_xml_next(struct px_xml *x) FAST_FUNC;

/* Whether s is text (which ends in NUL); never when there is no s. */
int px_span_is(struct px_span s, const char *text) FAST_FUNC;

/* The value of the element that has just begun; p is NULL: no such attribute. */
struct px_span px_xml_attribute(const struct px_xml *x, const char *name) FAST_FUNC;

/* Prints "SOURCE: line N: message" for the place at in the text; returns -1. */
int px_xml_fail(const struct px_xml *x, const char *at, const char *fmt, ...)
	__attribute__ ((format (printf, 3, 4))) FAST_FUNC;

#endif
