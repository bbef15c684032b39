/*
 * ct_privilege.c -- what a worker gives up and is given before it serves.
 *
 * A limit or a priority that cannot be had is told and lived with, as nginx
 * does; a user that cannot be had is not.  The drop is verified, not trusted:
 * real, effective and saved ids must all have changed, and the way back must
 * be shut.
 */

#include "core/ct_config.h"

#include "process/ct_privilege.h"

#include <errno.h>
#include <grp.h>
#include <sys/resource.h>
#include <unistd.h>

#if CT_HAVE_PRCTL
#include <sys/prctl.h>
#endif

#include "core/ct_log.h"
#include "process/ct_core_module.h"


static void
set_limit(int resource, const char *c_name, const ct_setting_t *setting,
          ct_log_t *log)
{
    struct rlimit limit = { setting->value, setting->value };

    if (setting->is_set && setrlimit(resource, &limit) == -1) {
        CT_LOG(log, CT_LOG_ERR, errno, "cannot set %s", c_name);
    }
}


static void
set_priority(const ct_priority_t *priority, ct_log_t *log)
{
    if (priority->is_set
        && setpriority(PRIO_PROCESS, 0, priority->value) == -1) {
        CT_LOG(log, CT_LOG_ERR, errno, "cannot set priority %d",
               priority->value);
    }
}


static void
set_affinity(const ct_affinity_t *affinity, unsigned id, ct_log_t *log)
{
    if (affinity->n > 0
        && sched_setaffinity(0, sizeof(cpu_set_t),
                             &affinity->masks[id % affinity->n])
               == -1) {
        CT_LOG(log, CT_LOG_ERR, errno, "cannot bind worker %u to processors",
               id);
    }
}


/* All three ids are what they should be, and root cannot be had back. */
static bool
is_dropped(const ct_user_t *user)
{
    uid_t uids[3];
    gid_t gids[3];

    if (getresuid(&uids[0], &uids[1], &uids[2]) == -1
        || getresgid(&gids[0], &gids[1], &gids[2]) == -1) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        if (uids[i] != user->uid || gids[i] != user->gid) {
            return false;
        }
    }
    return user->uid == 0 || setuid(0) == -1;
}


static ct_rc_t
drop(const ct_user_t *user, ct_log_t *log)
{
    if (initgroups(user->c_name, user->gid) == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot take the groups of '%s'",
               user->c_name);
        return CT_ERROR;
    }
    if (setresgid(user->gid, user->gid, user->gid) == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot become group %ld",
               (long) user->gid);
        return CT_ERROR;
    }
    if (setresuid(user->uid, user->uid, user->uid) == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot become user '%s'",
               user->c_name);
        return CT_ERROR;
    }
    if (!is_dropped(user)) {
        CT_LOG(log, CT_LOG_EMERG, 0, "the rights of root did not go away");
        return CT_ERROR;
    }
    return CT_OK;
}


/* No setuid program may give back what was dropped; cores stay possible. */
static void
shut_doors(ct_log_t *log)
{
#if CT_HAVE_PRCTL
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) {
        CT_LOG(log, CT_LOG_WARN, errno, "cannot set no_new_privs");
    }
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1) {
        CT_LOG(log, CT_LOG_WARN, errno, "cannot allow core dumps");
    }
#else
    (void) log;
#endif
}


ct_rc_t
ct_privilege_settle(const ct_core_conf_t *conf, unsigned id, ct_log_t *log)
{
    set_limit(RLIMIT_NOFILE, "worker_rlimit_nofile", &conf->rlimit_nofile, log);
    set_limit(RLIMIT_CORE, "worker_rlimit_core", &conf->rlimit_core, log);
    set_priority(&conf->priority, log);
    set_affinity(&conf->affinity, id, log);
    if (conf->user.is_set && drop(&conf->user, log) != CT_OK) {
        return CT_ERROR;
    }
    shut_doors(log);
    if (conf->working_directory.len > 0
        && chdir(conf->working_directory.data) == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot change to directory '%s'",
               conf->working_directory.data);
        return CT_ERROR;
    }
    return CT_OK;
}
