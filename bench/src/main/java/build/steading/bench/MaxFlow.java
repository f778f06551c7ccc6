// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How much can flow from the first node of a network to the last one, by the algorithm of Dinic.
final class MaxFlow {
    private final List<List<Edge>> edges = new ArrayList<>();
    private int[] level;
    private int[] next;

    /// An edge; what flows through it adds to the capacity of the one back.
    private static final class Edge {
        private final int to;
        private long free;
        private Edge back;

        Edge(int to, long free) {
            this.to = to;
            this.free = free;
            this.back = this;
        }
    }

    /// @param nodes numbered from 0, the source, up to the sink
    MaxFlow(int nodes) {
        for (var i = 0; i < nodes; i++) {
            edges.add(new ArrayList<>());
        }
        this.level = new int[nodes];
        this.next = new int[nodes];
    }

    void connect(int from, int to, long capacity) {
        var there = new Edge(to, capacity);
        var back = new Edge(from, 0);
        there.back = back;
        back.back = there;
        edges.get(from).add(there);
        edges.get(to).add(back);
    }

    /// Returns the greatest flow. To be called once.
    long solve() {
        var flow = 0L;
        while (reaches()) {
            next = new int[edges.size()];
            for (var more = push(0, Long.MAX_VALUE); more > 0; more = push(0, Long.MAX_VALUE)) {
                flow += more;
            }
        }
        return flow;
    }

    private boolean reaches() {
        level = new int[edges.size()];
        Arrays.fill(level, -1);
        level[0] = 0;
        var reached = new ArrayDeque<Integer>(List.of(0));
        while (!reached.isEmpty()) {
            var from = reached.remove();
            for (var edge : edges.get(from)) {
                if (edge.free > 0 && level[edge.to] < 0) {
                    level[edge.to] = level[from] + 1;
                    reached.add(edge.to);
                }
            }
        }
        return level[edges.size() - 1] >= 0;
    }

    private long push(int from, long most) {
        if (from == edges.size() - 1) {
            return most;
        }
        for (; next[from] < edges.get(from).size(); next[from]++) {
            var edge = edges.get(from).get(next[from]);
            if (edge.free == 0 || level[edge.to] != level[from] + 1) {
                continue;
            }
            var pushed = push(edge.to, Math.min(most, edge.free));
            if (pushed > 0) {
                edge.free -= pushed;
                edge.back.free += pushed;
                return pushed;
            }
        }
        return 0;
    }
}
