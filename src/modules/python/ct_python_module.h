/*
 * ct_python_module.h -- what module python's parts know of one another's
 * configuration and state.
 *
 *   ct_python_module  directives, hooks
 *   ct_python_home    whether a virtual environment is of this Python
 *   ct_python_app     the applications of a configuration, each asked once
 *   ct_python_probe   a child that describes an application to the master
 *   ct_python_config  a gunicorn configuration file, as it is read
 *   ct_python_hooks   its hooks in a worker
 *   ct_python_helper  its hooks of the server, in a process beside the master
 *   ct_python_event   what that is told
 *   ct_python_schema  what it tells, as tables
 *   ct_python_idl     what a .thrift file tells, as tables
 *   ct_python_match   whether both tell the same
 *   ct_python_host    the interpreter of a worker, and who is inside
 *   ct_python_frames  where its threads stand, when something hangs or crashes
 *   ct_python_preload  one that the master has, and all that it forks
 *   ct_python_peer    processors of one connection, made by a factory
 *   ct_python_native  what Python code may ask of the server: _cthrift
 *   ct_python_call    a call's way through it
 *   ct_python_fork    what handlers start: programs, copies of the worker
 *   ct_python_hub     python_gevent: the thread that all Python runs on
 *   ct_python_task    a call in a greenlet of it
 *   ct_python_watch   whether the hub comes round
 */

#ifndef CT_PYTHON_MODULE_H
#define CT_PYTHON_MODULE_H

#include "core/ct_config.h"

#include "cthrift.h"

extern const ct_module_t python_module;

/*
 * What a generation has of the helper, and how two of them are tied together
 * over a reload: ct_python_helper.c.  Invariant: before->after is this one, or
 * NULL; the same the other way round.
 */
typedef struct ct_python_tie_s ct_python_tie_t;

struct ct_python_tie_s {
    uint32_t         version; /* of what follows */
    int              fd;      /* the master's end; 0 or -1: there is none */
    pid_t            pid;     /* of the helper */
    pid_t            master;  /* who has the two above */
    uint64_t         kind;    /* of the helper's process */
    uint64_t         started_ms;
    uint8_t          asked;     /* number of the last question */
    bool             is_reload; /* another generation was there */
    bool             is_joined; /* the helper is that one's */
    ct_python_tie_t *before;    /* of the generation before; or NULL */
    ct_python_tie_t *after;     /* of the next one, which has our helper */
};

/* python_thrift; path is empty where there is none. */
typedef struct ct_python_thrift_s {
    ct_str_t              path;     /* absolute */
    ct_str_t              service;  /* of the file; empty: as the block */
    ct_conf_strs_t        includes; /* directories, absolute */
    const ct_conf_node_t *node;     /* where it says so */
} ct_python_thrift_t;

/*
 * Of a block.  What is of the whole process, the interpreter's home and the
 * list of applications, counts in the main block's.
 */
typedef struct ct_python_conf_s {
    ct_python_tie_t tie; /* of the main block; first, for other builds */

    ct_str_t       app;  /* MODULE:OBJECT, or empty */
    ct_conf_strs_t path; /* searched before what Python searches */
    ct_str_t       directory;

    ct_python_thrift_t thrift; /* of a service */

    bool        processor_as_factory;
    uint64_t    import_timeout_ms;
    ct_str_t    home;          /* of a virtual environment, or empty */
    bool        preload;       /* of the main block */
    ct_array_t *offers;        /* of the main block: ct_python_offer_t * */
    ct_array_t *apps;          /* of the main block: ct_python_app.c's */
    ct_array_t *thrift_files;  /* the same: ct_python_idl.c's */
    bool        has_factories; /* of the main block: one of them is */
    bool        has_apps;      /* of a server: a service of it has one */

    /* Of the main block: python_config, and what its file defines. */
    ct_str_t              config;    /* absolute, or empty */
    ct_str_t              registrar; /* MODULE:CLASS, or empty */
    uint64_t              hook_timeout_ms;
    const ct_conf_node_t *config_node; /* or NULL */
    const ct_conf_node_t *register_node;
    bool                  hooks_alone; /* no word about what it sets */
    bool                  hears_connected;
    bool                  hears_closed;
    bool                  needs_helper;
    bool                  is_serving; /* in the master */

    const ct_conf_node_t *preload_node; /* where it says so, or NULL */
    bool                  gevent; /* this and the next of the main block */
    uint64_t              gevent_check_ms;
    const ct_conf_node_t *gevent_node; /* their lines */
    const ct_conf_node_t *gevent_check_node;
} ct_python_conf_t;

/*
 * One `service` block that an application answers for; the ops of its
 * methods.  Invariant: service is not NULL.
 */
typedef struct ct_python_offer_s {
    const ct_service_t     *service;
    const ct_python_conf_t *conf;
    size_t                  index; /* among the offers */
} ct_python_offer_t;

/* The main block's of a cycle. */
const ct_python_conf_t *ct_python_conf_main(const ct_cycle_t *cycle);

/* The first application's, where there is one: whose paths are everybody's. */
const ct_python_conf_t *ct_python_conf_app(const ct_python_conf_t *of_main);

#endif /* CT_PYTHON_MODULE_H */
