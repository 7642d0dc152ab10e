/* OAS documents for the tests of oas*.c, put together of parts. */
#ifndef JG_TESTS_OAS_CHECK_H
#define JG_TESTS_OAS_CHECK_H

#include "model_check.h"

#define EXT "x-tyk-api-gateway"
#define AUTH EXT ".server.authentication"

#define INFO "'info':{'id':'a','orgId':'o','name':'A','state':{'active':true}}"
#define UPSTREAM "'upstream':{'url':'http://up'}"
#define LISTEN "'listenPath':{'value':'/a/','strip':true}"
#define SECRET32 "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
#define KEY "'enabled':true,'source':'" SECRET32 "','signingMethod':'hmac'"
#define HEADER "'header':{'enabled':true,'name':'Authorization'}"

/* OpenAPI's own part: a scheme of each kind. */
#define NATIVE                                                               \
    "'openapi':'3.0.3','info':{'title':'A','version':'1'},"                  \
    "'paths':{'/pets/{id}':{'get':{'operationId':'op'}}},"                   \
    "'components':{'securitySchemes':{'j':{'type':'http','scheme':'bearer'," \
    "'bearerFormat':'JWT'},'k':{'type':'http','scheme':'Bearer',"            \
    "'bearerFormat':'jwt'},'basic':{'type':'http','scheme':'basic'},"        \
    "'token':{'type':'apiKey','in':'header','name':'X'},"                    \
    "'oauth':{'type':'oauth2','flows':{}},'odd':{'type':'openIdConnect'},"   \
    "'plain':{'type':'http','scheme':'bearer'}}}"

/* A whole document: <security> is OpenAPI's, <authentication> Tyk's, which
 * stands in line 2. */
static inline void
set_auth(struct reading *r, const char *security, const char *authentication)
{
    set_text(r,
             "{" NATIVE ",'security':%s,'" EXT "':{" INFO "," UPSTREAM
             ",'server':{" LISTEN "%s\n%s}}}",
             security, authentication[0] != '\0' ? "," : "", authentication);
}

/* The same with one scheme, a JWT, whose members are <scheme>. */
static inline void
set_jwt(struct reading *r, const char *scheme)
{
    char text[8192];

    snprintf(text, sizeof(text),
             "'authentication':{'enabled':true,'securitySchemes':{'j':{%s}}}",
             scheme);
    set_auth(r, "[{'j':[]}]", text);
}

/* The same, open to everybody, and with <more> inside of Tyk's part. */
static inline void
set_open(struct reading *r, const char *server, const char *upstream,
         const char *more)
{
    set_text(r,
             "{" NATIVE ",'" EXT "':{" INFO ",\n'server':{%s'authentication':"
             "{'enabled':false}},\n'upstream':{%s}%s%s}}",
             server, upstream, more[0] != '\0' ? ",\n" : "", more);
}

#endif
