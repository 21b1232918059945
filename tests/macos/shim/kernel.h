/*
 * As much of macOS as the helper's C for it asks for, on Linux: so that what it does with the answers runs in
 * tests. Every header of Apple's that it includes is this one. Rights to tasks are pids, and so are tokens.
 */
#ifndef TACHYON_SHIM
#define TACHYON_SHIM

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The layouts of the real headers are compared where those are. */
#define _Static_assert(condition, text) extern int shim_nothing

typedef int kern_return_t;
typedef uint32_t mach_port_t, mach_port_name_t, task_t, task_name_t, task_inspect_t, vm_map_read_t;
typedef uint32_t task_suspension_token_t, thread_act_t, natural_t, mach_msg_type_number_t;
typedef uint32_t task_flavor_t, thread_flavor_t;
typedef uint64_t mach_vm_address_t, mach_vm_size_t, vm_address_t, vm_size_t;
typedef int32_t *task_info_t, *thread_info_t, *thread_policy_t;
typedef thread_act_t *thread_act_array_t;

enum {
    KERN_SUCCESS = 0,
    KERN_INVALID_ADDRESS = 1,
    KERN_INVALID_ARGUMENT = 4,
    KERN_FAILURE = 5,
    KERN_ABORTED = 14,
    MACH_SEND_INVALID_DEST = 0x10000003,
    MACH_PORT_NULL = 0,
    THREAD_IDENTIFIER_INFO = 4,
    THREAD_TIME_CONSTRAINT_POLICY = 2,
    QOS_CLASS_USER_INTERACTIVE = 0x21,
    CTL_KERN = 1,
    KERN_PROCARGS2 = 49,
};

typedef struct {
    uint32_t numer, denom;
} mach_timebase_info_data_t;

typedef struct {
    uint64_t thread_id, thread_handle, dispatch_qaddr;
} thread_identifier_info_data_t;

typedef struct {
    uint32_t period, computation, constraint;
    int preemptible;
} thread_time_constraint_policy_data_t;

#define THREAD_IDENTIFIER_INFO_COUNT (sizeof(thread_identifier_info_data_t) / sizeof(natural_t))
#define THREAD_TIME_CONSTRAINT_POLICY_COUNT \
    (sizeof(thread_time_constraint_policy_data_t) / sizeof(natural_t))

mach_port_t mach_task_self(void);
mach_port_t mach_thread_self(void);
kern_return_t mach_port_deallocate(mach_port_t self, mach_port_t name);
kern_return_t task_for_pid(mach_port_t self, int pid, mach_port_name_t *task);
kern_return_t task_info(task_name_t task, task_flavor_t flavor, task_info_t into,
                        mach_msg_type_number_t *count);
kern_return_t task_threads(task_inspect_t task, thread_act_array_t *threads,
                           mach_msg_type_number_t *count);
kern_return_t thread_info(thread_act_t thread, thread_flavor_t flavor, thread_info_t into,
                          mach_msg_type_number_t *count);
kern_return_t thread_policy_set(thread_act_t thread, uint32_t flavor, thread_policy_t policy,
                                mach_msg_type_number_t count);
kern_return_t vm_deallocate(mach_port_t self, vm_address_t address, vm_size_t size);
kern_return_t task_suspend2(task_t task, task_suspension_token_t *token);
kern_return_t task_resume2(task_suspension_token_t token);
kern_return_t mach_timebase_info(mach_timebase_info_data_t *base);
uint64_t mach_absolute_time(void);
kern_return_t mach_wait_until(uint64_t deadline);
int pthread_set_qos_class_self_np(int class, int priority);
int proc_pidinfo(int pid, int flavor, uint64_t argument, void *into, int size);
int proc_listallpids(void *into, int size);
int proc_pidpath(int pid, void *into, uint32_t size);
int sysctl(int *name, unsigned int length, void *into, size_t *size, void *from, size_t count);

#endif
