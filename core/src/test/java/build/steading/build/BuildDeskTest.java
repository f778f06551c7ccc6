// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.tree.Trees;

class BuildDeskTest extends BuildDeskContract {
    @Override
    protected BuildDesk desk() {
        return builds;
    }

    @Override
    protected BuildBook book() {
        return builds;
    }

    @Override
    protected Trees userTrees() {
        return trees;
    }
}
