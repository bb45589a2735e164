// Kernel uapi headers for Swift, and shims for what Swift cannot see of them.
#ifndef SERVICELET_CLINUX_H
#define SERVICELET_CLINUX_H

#include <linux/netlink.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#endif
