// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

/// What [Chaos] does to a process of a farm.
enum Strike {
    KILL_SERVER,
    KILL_WORKER,
    FREEZE_SERVER,
    FREEZE_WORKER,
    KILL_USER
}
