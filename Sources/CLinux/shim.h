// Kernel interfaces that Swift's Glibc module leaves out. Declarations only: nothing here is compiled.
#pragma once
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

// _GNU_SOURCE would turn bind() and accept4() into functions on a transparent union, which Swift cannot call;
// so the GNU functions that are needed are declared again.
int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
// Its fifth argument, which makes it variadic, is read with MREMAP_FIXED only.
void *mremap(void *start, size_t size, size_t new_size, int flags);
// asm-generic/fcntl.h
static const int OFD_SETLK = 37;
int sched_getaffinity(pid_t process, size_t size, void *set);

// The macros behind these are enumerators of a type of their own; epoll_event.events wants an unsigned int.
static const unsigned int EVENT_IN = EPOLLIN, EVENT_OUT = EPOLLOUT, EVENT_RDHUP = EPOLLRDHUP,
                          EVENT_HUP = EPOLLHUP, EVENT_ERR = EPOLLERR, EVENT_EDGE = EPOLLET;
