// SPDX-License-Identifier: Apache-2.0
/// What the owner of a machine allows the farm ([build.steading.worker.terms.Terms]), and what follows from it at
/// any time ([build.steading.worker.terms.Availability]). Decides by what it is told: how the machine
/// does is read elsewhere.
package build.steading.worker.terms;
