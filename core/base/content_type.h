/* The type of a body that comes without one. */
#ifndef JG_BASE_CONTENT_TYPE_H
#define JG_BASE_CONTENT_TYPE_H

#include "base/str.h"

/* What Go's http.DetectContentType() says of <body>, as far as texts go
 * (mimesniff.spec.whatwg.org 7.1): static text. */
struct jg_str jg_content_type_of(struct jg_str body);

#endif
