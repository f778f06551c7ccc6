// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.execute.ActionExecutor;
import build.steading.tree.Trees;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;

/// What every build needs to run.
///
/// @param threads runs each task on a thread of its own
/// @param pauses before further attempts at a task whose command asks for them
/// @param delivery puts artifacts where requesters want them
/// @param telling decides who is told how it ended
record BuildTools(
        Plans plans,
        ActionMaker actions,
        Trees trees,
        ActionExecutor executor,
        Sources sources,
        WarmRecords warm,
        BuildRecords records,
        Expectations expectations,
        Delivery delivery,
        Telling telling,
        List<Duration> pauses,
        Executor threads,
        InstantSource clock) {}
