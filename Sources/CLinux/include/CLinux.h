// Kernel uapi headers for Swift, and shims for the parts of them that Swift cannot see. Nothing else belongs here.
#ifndef SERVICELET_CLINUX_H
#define SERVICELET_CLINUX_H

// libc first: once it has defined addresses, the kernel headers do not define them again (linux/libc-compat.h)
#include <netinet/in.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <linux/netfilter.h>
#include <linux/netfilter/ipset/ip_set_bitmap.h>
#include <linux/netfilter/ipset/ip_set_hash.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink_acct.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_comment.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_recent.h>
#include <linux/netfilter/xt_sctp.h>
#include <linux/netfilter/xt_statistic.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <linux/netfilter_ipv6/ip6t_REJECT.h>
#include <linux/rtnetlink.h>

#include "CLinuxDatagrams.h"
#include "CLinuxNamespaces.h"
#include "CLinuxNetlink.h"
#include "CLinuxRelay.h"
#include "CLinuxSignals.h"
#include "CLinuxThreads.h"

// The layouts that the Swift code relies on when it reads and writes messages byte by byte.
_Static_assert(sizeof(struct nlmsghdr) == 16, "nlmsghdr");
_Static_assert(sizeof(struct nlattr) == 4, "nlattr");
_Static_assert(sizeof(struct nfgenmsg) == 4, "nfgenmsg");
_Static_assert(sizeof(struct nlmsgerr) == 20, "nlmsgerr");
_Static_assert(sizeof(struct genlmsghdr) == 4, "genlmsghdr");
_Static_assert(sizeof(struct ifinfomsg) == 16, "ifinfomsg");
_Static_assert(sizeof(struct ifaddrmsg) == 8, "ifaddrmsg");
_Static_assert(sizeof(struct ip_vs_flags) == 8, "ip_vs_flags");

// Constants that the headers define as casts or function-like macros, which Swift does not import.
static const unsigned int CLinux_NLA_TYPE_MASK = (unsigned int)NLA_TYPE_MASK;
static const unsigned int CLinux_NFT_RETURN = (unsigned int)NFT_RETURN;
static const unsigned int CLinux_NFT_JUMP = (unsigned int)NFT_JUMP;
static const unsigned int CLinux_NFT_GOTO = (unsigned int)NFT_GOTO;
// A macro in newer headers, an enumerator in older ones.
static const unsigned int CLinux_NFT_BITWISE_BOOL = NFT_BITWISE_BOOL;

#endif
