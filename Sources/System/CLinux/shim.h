// What Glibc's module lacks of Linux.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/vfs.h>

// prctl is variadic, which Swift cannot call.
static inline int logfold_name_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }
