"""The parts of a graph that are never left again: where a reduced search could put something off for ever."""

from __future__ import annotations

from collections.abc import Iterator


def terminal(graph: list[list[int]]) -> Iterator[list[int]]:
    """The strongly connected parts of a graph from which no edge leads out (Tarjan, without recursion)."""
    index, low = [-1] * len(graph), [0] * len(graph)
    stack: list[int] = []
    part_of: dict[int, int] = {}
    parts: list[list[int]] = []
    count = 0
    for root in range(len(graph)):
        calls = [(root, 0)] if index[root] < 0 else []
        while calls:
            node, place = calls.pop()
            if place == 0:
                index[node] = low[node] = count
                count += 1
                stack.append(node)
            else:
                child = graph[node][place - 1]
                low[node] = min(low[node], low[child] if child not in part_of else count)
            while place < len(graph[node]):
                child = graph[node][place]
                place += 1
                if index[child] < 0:
                    calls += [(node, place), (child, 0)]
                    break
                if child not in part_of:
                    low[node] = min(low[node], index[child])
            else:
                if low[node] == index[node]:
                    part = stack[stack.index(node) :] if stack[-1] != node else [node]
                    del stack[len(stack) - len(part) :]
                    part_of.update(dict.fromkeys(part, len(parts)))
                    parts.append(part)
    for number, part in enumerate(parts):
        if all(part_of[child] == number for node in part for child in graph[node]):
            yield part
