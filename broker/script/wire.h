/*
 * What the two sides of a script say to each other: frames over one socket,
 * a kind, a length, the bytes. Each side takes the other for a stranger.
 */
#ifndef JG_SCRIPT_WIRE_H
#define JG_SCRIPT_WIRE_H

#include "base/buf.h"

#define JG_WIRE_MAX (16u * 1024 * 1024) /* bytes of one frame */
#define JG_WIRE_ID_BYTES 32             /* of a script: a SHA-256 */
#define JG_WIRE_PARTS_MAX 256           /* texts of one script */

enum jg_wire_kind {
    /* to the script's process */
    JG_WIRE_LOAD = 'L',   /* head, and for each part its name NUL, length
                           * (4 bytes) and source -> DONE, ERROR */
    JG_WIRE_CALL = 'C',   /* head, function NUL, JSON array of arguments
                           * -> RESULT, ERROR, UNKNOWN */
    JG_WIRE_ANSWER = 'A', /* to ASK: an enum jg_wire_said, a text */
    /* from it */
    JG_WIRE_READY = 'H',   /* the first one, once: the walls stand */
    JG_WIRE_DONE = 'D',    /* a line for each part that failed */
    JG_WIRE_RESULT = 'R',  /* a text */
    JG_WIRE_ERROR = 'E',   /* a text, one line */
    JG_WIRE_UNKNOWN = 'U', /* load the script first */
    JG_WIRE_ASK = 'Q',     /* name NUL, then length and bytes of arguments */
};

/* Questions of one call. What a script asks beyond that is not sent, and is
 * answered with nothing; so were those before it, whose own limits are lower
 * by far. Who sends more is no script, and is ended. */
#define JG_WIRE_ASKS_MAX 1000

/* How the program ends when it cannot begin; 127: it cannot be executed. */
enum jg_wire_exit {
    JG_WIRE_EXIT_MEMORY = 3,
    JG_WIRE_EXIT_SANDBOX = 4,
    JG_WIRE_EXIT_EXEC = 127,
};

/* What becomes of a question: the first byte of an answer. */
enum jg_wire_said {
    JG_SAID_NOTHING = '0', /* undefined */
    JG_SAID_TEXT = '1',
    JG_SAID_VALUE = '2', /* any, in JSON */
    JG_SAID_ERROR = '3', /* to be thrown, with the text as its message */
};

/*
 * Send one frame of up to four parts. <until_ms> as below: who does not read
 * must not keep the other side. False: gone, too late, or too much.
 */
bool jg_wire_send(int fd, int64_t until_ms, enum jg_wire_kind kind,
                  const struct jg_str *parts, size_t count);

/*
 * Receive one into <b>, which is reset. <until_ms> (CLOCK_MONOTONIC; 0: no
 * end) bounds the whole frame. False: gone, too late, or no frame.
 */
bool jg_wire_receive(int fd, int64_t until_ms, enum jg_wire_kind *kind,
                     struct jg_buf *b);

#endif
