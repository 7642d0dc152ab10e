/* The type of a body that comes without one. */
#ifndef JG_BROKER_SCRIPT_TYPE_H
#define JG_BROKER_SCRIPT_TYPE_H

#include "base/str.h"

/* What Go's http.DetectContentType() says of <body>, as far as texts go
 * (mimesniff.spec.whatwg.org 7.1). */
const char *jg_script_type_of(struct jg_str body);

#endif
