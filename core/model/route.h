/*
 * Which API serves a host and path: a radix tree over listen paths for each
 * host, so that finding one costs the length of the path and not the number
 * of APIs (reference 0.3).
 */
#ifndef JG_MODEL_ROUTE_H
#define JG_MODEL_ROUTE_H

#include "base/arena.h"
#include "base/err.h"

struct jg_api;

/* One listen path of one API. */
struct jg_route {
    struct jg_str host; /* lower case, no port; "" serves every host */
    struct jg_str path; /* begins with '/' */
    const struct jg_api *api;
    bool alias; /* "/<api_id>/": routed, but never stripped */
};

struct jg_routes; /* private: route.c */

/*
 * Build the tree of <routes>, which must outlive it. Of two routes with equal
 * host and path the first wins. With <strict> a path matches as a whole or up
 * to a '/', otherwise as a plain prefix.  JG_E_NOMEM
 */
enum jg_err jg_routes_build(const struct jg_route *routes, size_t count,
                            bool strict, struct jg_arena *a,
                            const struct jg_routes **out);

/*
 * The route with the longest listen path that matches <path> (decoded, begins
 * with '/'): among those of <host> (any case, a port is ignored), else among
 * those for every host. NULL: none.
 */
const struct jg_route *jg_routes_find(const struct jg_routes *routes,
                                      struct jg_str host, struct jg_str path);

#endif
