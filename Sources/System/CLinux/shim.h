// What Glibc's module lacks of Linux.
#include <linux/sockios.h>
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/vfs.h>

// prctl and ioctl are variadic, which Swift cannot call.
static inline int logfold_name_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }
static inline int logfold_unsent(int socket, int *bytes) { return ioctl(socket, SIOCOUTQ, bytes); }
