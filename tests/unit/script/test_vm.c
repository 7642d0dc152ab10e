/* Scripts: what they can, what they cannot, and that nothing of one call is
 * there for the next. */
#include "../check.h"

#include <time.h>

#include "vm.h"

/* For what ends by itself also on a busy machine, and for what never ends. */
#define PLENTY_MS 20000
#define HOSTILE_MS 300

static struct jg_vm *vm;
static char asked[256];

static int64_t
in_ms(int64_t ms)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + ms;
}

static enum jg_wire_said
answer(void *arg, const char *name, const struct jg_str *args, size_t count,
       struct jg_str *out)
{
    (void)arg;
    snprintf(asked, sizeof(asked), "%s %zu %.*s", name, count,
             JG_STR_ARG(args[0]));
    *out = JG_STR("{\"Code\":200}");
    if (strcmp(name, "TykSetKeyData") == 0)
        return JG_SAID_ERROR;
    if (strcmp(name, "TykGetKeyData") == 0)
        return JG_SAID_VALUE;
    return strcmp(name, "log") == 0 ? JG_SAID_NOTHING : JG_SAID_TEXT;
}

/* One text, which must be a good one. */
static bool
load(const unsigned char *id, const char *source, char *error)
{
    const struct jg_frame_part part = {JG_STR("test.js"), jg_str(source)};
    struct jg_buf faults;
    bool loaded;

    jg_buf_init(&faults, JG_VM_FAULTS_MAX);
    loaded = jg_vm_load(vm, id, &part, 1, in_ms(PLENTY_MS), &faults);
    loaded = loaded && faults.len == 0;
    snprintf(error, JG_VM_ERROR_MAX, "%.*s", JG_STR_ARG(jg_buf_str(&faults)));
    jg_buf_free(&faults);
    return loaded;
}

static int
make(void **state)
{
    (void)state;
    vm = jg_vm_make((size_t)8 * 1024 * 1024, answer, NULL);
    return vm == NULL;
}

/* What f() returns within <ms>, or "!" and its error. */
static const char *
run_for(int64_t ms, const char *source, const char *args)
{
    static char out[JG_VM_ERROR_MAX + 1];
    static unsigned char id[32];
    char error[JG_VM_ERROR_MAX];
    struct jg_str result;

    id[0]++;
    out[0] = '!';
    if (!load(id, source, error) ||
        !jg_vm_call(vm, id, JG_STR("f"), jg_str(args), in_ms(ms), &result,
                    error))
        snprintf(out + 1, sizeof(out) - 1, "%s", error);
    else
        snprintf(out, sizeof(out), "%.*s", JG_STR_ARG(result));
    return out;
}

static const char *
run(const char *source, const char *args)
{
    return run_for(PLENTY_MS, source, args);
}

static void
scripts_compute_with_their_arguments(void **state)
{
    static const struct {
        const char *source, *args, *want;
    } rows[] = {
        {"function f(a,b,c){return [a.x,b,c].join()}", "[{\"x\":1},2,\"c\"]",
         "1,2,c"},
        {"function f(){return TykJsResponse({Body:'b',Code:1},{m:2})}", "[]",
         "{\"Response\":{\"Body\":\"b\",\"Code\":1},\"SessionMeta\":{\"m\":2}"
         "}"},
        {"function f(){return b64enc('a?>')+b64dec('YT8+')+rawb64enc('a')}",
         "[]", "YT8+a?>YQ"},
        {"function f(){return ''+b64dec('YQ')+b64dec('YQ==')+b64dec('_-')+"
         "rawb64dec('YQ')+rawb64dec('YQ==')}",
         "[]", "aaundefinedaundefined"},
        {"function f(){return JSON.parse(TykMakeHttpRequest('x')).Code+''}",
         "[]", "200"},
        {"function f(){return typeof TykMakeHttpRequest()+typeof log('x')}",
         "[]", "undefinedundefined"},
        {"function f(){return 7}", "[]", "7"},
        {"function f(){}", "[]", "undefined"},
        {"function f(){return [1,{a:2}]}", "[]", "1,[object Object]"},
        {"function f(a){return TykGetKeyData('k').Code+a.length}",
         "[\"\xf0\x9f\x98\x80\"]", "202"},
        {"function f(){return '\\ud83d\\ude00\\ud83d'}", "[]",
         "\xf0\x9f\x98\x80\xef\xbf\xbd"},
        {"function f(){return b64enc('\\ud83d\\ude00')+b64dec('8J+YgA==')"
         ".length+b64dec('/0ZpbmFsaXplcg==')}",
         "[]",
         "8J+YgA==2\xef\xbf\xbd"
         "Finalizer"},
        {"function f(){return _.map([1,2],function(n){return n*2}).join()+"
         "_([3]).first()}",
         "[]", "2,43"},
        {"var m=new TykJS.TykMiddleware.NewMiddleware({});"
         "m.NewProcessRequest(function(r,s){return m.ReturnData(r,s)});"
         "function f(){return m.ProcessRequest(1,2).SessionMeta+''}",
         "[]", "2"},
        {"function f(){return new Date().getTime()>1e12 ? 'now' : 'no'}", "[]",
         "now"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_string_equal(run(rows[i].source, rows[i].args), rows[i].want);
    run("function f(){log('x')}", "[]");
    assert_string_equal(asked, "log 1 x");
}

static void
faults_are_said_with_their_line(void **state)
{
    static const struct {
        const char *source, *want;
    } rows[] = {
        {"function f( {", "!test.js: SyntaxError: "},
        {"\n\nx.y",
         "!test.js: ReferenceError: identifier 'x' undefined (line 3)"},
        {"function f(){throw new Error('no')}", "!test.js: Error: no (line 1)"},
        {"function f(){throw 'text'}", "!text"},
        {"function f(){return {toString:function(){throw 'no text'}}}",
         "!no text"},
        {"function f(){TykSetKeyData('a','b')}", "!Error: {\"Code"},
        {"function g(){}", "!ReferenceError: there is no function f"},
        {"var f = 1", "!ReferenceError: there is no function f"},
        {"function f(){throw {toString:function(){throw 1}}}", "!"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_memory_equal(run(rows[i].source, "[]"), rows[i].want,
                            strlen(rows[i].want));
}

/* At the token that cannot be there, or that cannot be read itself. */
static void
what_cannot_be_compiled_has_a_line_and_a_column(void **state)
{
    static const struct {
        const char *source, *place;
    } rows[] = {
        {"function f( {", "(line 1, column 13)"},
        {"var a = 1;\nvar b = 2;\nfunction f( {\n", "(line 3, column 13)"},
        {"a b", "(line 1, column 3)"},
        {"\r\n\r\n  )", "(line 3, column 3)"},
        {"\r\r )", "(line 3, column 2)"},
        {"var s = 'abc", "(line 1, column 9)"},
        {"var s = 'abc\n';", "(line 1, column 9)"},
        {"/* no end", "(line 1, column 1)"},
        {"f(/[/);", "(line 1, column 3)"},
        {"'\xc3\xa9' )", "(line 1, column 6)"},
        {"'\xf0\x9f\x98\x80' )", "(line 1, column 8)"},
        {"let x = 1;", "(line 1, column 5)"},
        {"function f() {\n  return (1;\n}", "(line 2, column 12)"},
        {"function f() {\n", "at the end of the text (line 2, column 1)"},
        {"x = {a: 1,\n  b: {c: ]}};", "(line 2, column 10)"},
        {"throw new Error('x (line 9, column 9)');", "(line 1)"},
        /* What a script compiles itself is another text. */
        {"new Function('(')();", "(line 2, end of input)"},
        {"eval(')');", "(line 1, end of input)"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const char *got = run(rows[i].source, "[]");
        size_t len = strlen(got), end = strlen(rows[i].place);

        assert_memory_equal(got, "!test.js: ", 10);
        assert_true(len > end + 1);
        if (len - end - 1 > 0 && got[len - 1] == '\n')
            len--;
        if (strncmp(got + len - end, rows[i].place, end) != 0)
            fail_msg("%s\n%s", rows[i].source, got);
    }
}

static void
nothing_of_a_call_is_there_for_the_next(void **state)
{
    static const char source[] =
        "var n=0;function f(){n++;Object.prototype.left=n;this.g=n;"
        "Array.prototype.join=1;return ''+n+({}).left+typeof later;"
        "}";
    unsigned char id[32] = {200}, other[32] = {201};
    char error[JG_VM_ERROR_MAX];
    struct jg_str result;

    (void)state;
    assert_true(load(id, source, error));
    assert_true(load(other, "later=1;function f(){return ''+{}.left}", error));
    for (int i = 0; i < 50; i++) {
        assert_true(jg_vm_call(vm, id, JG_STR("f"), JG_STR("[]"),
                               in_ms(PLENTY_MS), &result, error));
        assert_true(jg_str_eq(result, JG_STR("11undefined")));
        assert_true(jg_vm_call(vm, other, JG_STR("f"), JG_STR("[]"),
                               in_ms(PLENTY_MS), &result, error));
        assert_true(jg_str_eq(result, JG_STR("undefined")));
    }
}

/* Each of these ends by itself; what does not is killed from outside. */
static void
hostile_scripts_end(void **state)
{
    static const char *const bodies[] = {
        "while(true);",
        "for(;;){try{while(1);}catch(e){}}",
        "try{f()}catch(e){f()}",
        "return f()",
        "var a=[];for(;;)a.push(a.slice())",
        "var s='x';for(;;)s+=s",
        "new Array(1e9).join('x')",
        "var a=[];a[1e9]=0;return JSON.stringify(a)",
        "[3,1,2,5,4,9].sort(function(){while(1);})",
        "var o={};o.o=o;return JSON.stringify(o)",
        "return JSON.stringify({toJSON:function(){while(1);}})",
        "Object.defineProperty(this,'x',{get:function(){return this.x}});x",
        "var p=new Proxy({},{get:function(t,k,r){return r[k]}});return p.x",
        "return eval('('.repeat?'1':new Array(99999).join('('))",
        "return new Array(100000).join('[')+eval(new Array(5000).join('['))",
        "new Uint8Array(1e9)",
        "new ArrayBuffer(-1)",
        "return String.fromCharCode.apply(null,new Array(1e6))",
        "var a=[];for(var i=0;i<1e7;i++)a[i]=new Date();",
        "for(;;)new Error('x')",
        "var f2=Function('while(1);');f2()",
        "for(;;)new RegExp('a'+Math.random())",
        "function g(n){return n?g(n-1)+g(n-1):0};g(60)",
        "var o={};for(var i=0;;i++)o['k'+i]=i",
        "(function g(){g.call.apply(g,arguments);g()})()",
        "return b64enc(new Array(3e6).join('x')).length+'';",
        "for(;;)log('x')",
    };
    char source[512];

    (void)state;
    for (size_t i = 0; i < LEN(bodies); i++) {
        snprintf(source, sizeof(source), "function f(){%s}", bodies[i]);
        run_for(HOSTILE_MS, source, "[]");
        assert_string_equal(run("function f(){return 'alive'}", "[]"), "alive");
    }
}

static void
scripts_find_what_they_should_and_no_more(void **state)
{
    static const char source[] =
        "function f(){var no=[];['Duktape','CBOR','require','print','alert',"
        "'process','module','console','XMLHttpRequest','setTimeout'].forEach("
        "function(n){if(typeof globalThis[n]!=='undefined')no.push(n)});"
        "return no.join()}";

    (void)state;
    assert_string_equal(run(source, "[]"), "");
}

static void
more_scripts_than_are_kept_work_all_the_same(void **state)
{
    char error[JG_VM_ERROR_MAX], source[64];
    unsigned char id[32] = {1, 1};
    struct jg_str result;

    (void)state;
    for (int i = 0; i < 3 * JG_VM_SCRIPTS; i++) {
        id[2] = (unsigned char)i;
        snprintf(source, sizeof(source), "function f(){return '%d'}", i);
        assert_true(load(id, source, error));
        assert_true(jg_vm_call(vm, id, JG_STR("f"), JG_STR("[]"),
                               in_ms(PLENTY_MS), &result, error));
        snprintf(source, sizeof(source), "%d", i);
        assert_true(jg_str_eq(result, jg_str(source)));
    }
    id[2] = 0;
    assert_false(jg_vm_has(vm, id));
    assert_false(jg_vm_call(vm, id, JG_STR("f"), JG_STR("[]"), in_ms(PLENTY_MS),
                            &result, error));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_compute_with_their_arguments),
        cmocka_unit_test(faults_are_said_with_their_line),
        cmocka_unit_test(what_cannot_be_compiled_has_a_line_and_a_column),
        cmocka_unit_test(nothing_of_a_call_is_there_for_the_next),
        cmocka_unit_test(hostile_scripts_end),
        cmocka_unit_test(scripts_find_what_they_should_and_no_more),
        cmocka_unit_test(more_scripts_than_are_kept_work_all_the_same),
    };

    return cmocka_run_group_tests_name("script/vm", tests, make, NULL);
}
