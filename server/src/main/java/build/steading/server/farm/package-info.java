// SPDX-License-Identifier: Apache-2.0
/// The running farm: [build.steading.server.farm.Farm] carries out what core's scheduler decides, between those
/// who ask for actions and the workers that pull them. All its decisions are the scheduler's.
package build.steading.server.farm;
