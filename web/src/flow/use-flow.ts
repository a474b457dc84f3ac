// The state of the editor: the graph with its history, what is selected, and every change as one named action.
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Edge, FlowNode, Graph, NodeType, Place } from "@/api/preprocess";
import { whyNot, type Refusal } from "./connect-rules";
import { addAfter, connect, moveNodes, removeEdges, removeNodes, updateNode, type Defaults } from "./edit";
import { emptyGraph, inputId, nodeOf } from "./graph";
import { parseGraph, printGraph } from "./graph-json";
import { changed, historyOf, redone, undone } from "./history";
import { withLayout } from "./layout";

export interface FlowActions {
  select: (id: string | null) => void;
  add: (type: NodeType) => void;
  update: (id: string, change: Partial<FlowNode>) => void;
  connect: (from: string, to: string) => Refusal | null;
  remove: (ids: readonly string[], edges: readonly Edge[]) => void;
  move: (places: Record<string, Place>) => void;
  arrange: () => void;
  load: (graph: Graph) => void;
  undo: () => void;
  redo: () => void;
}

export interface FlowState {
  graph: Graph;
  selected: string | null;
  canUndo: boolean;
  canRedo: boolean;
  /** Counts up when the canvas should show the whole graph again. */
  fitted: number;
  actions: FlowActions;
}

/** A graph that is being built outlives a visit to another page, as long as the tab is open. */
function draftOf(key: string): Graph {
  const text = sessionStorage.getItem(key);
  try {
    if (text) return parseGraph(text);
  } catch {
    // written by another version of this page: begin anew
  }
  return withLayout(emptyGraph());
}

export const forgetDraft = (key: string): void => sessionStorage.removeItem(key);

export function useFlow(defaults: Defaults, draftKey: string): FlowState {
  const [history, setHistory] = useState(() => historyOf(draftOf(draftKey)));
  const [picked, setPicked] = useState<string | null>(inputId);
  const [fitted, setFitted] = useState(0);
  const { label, name } = defaults;
  const graph = history.now;
  useEffect(() => sessionStorage.setItem(draftKey, printGraph(graph)), [draftKey, graph]);
  const change = useCallback((next: Graph, kind?: string) => setHistory((old) => changed(old, next, kind)), []);
  const fit = useCallback(() => setFitted((count) => count + 1), []);

  const actions = useMemo<FlowActions>(() => ({
    select: setPicked,
    add: (type) => {
      const added = addAfter(graph, picked, type, { label, name });
      change(added.graph);
      setPicked(added.id);
      fit();
    },
    update: (id, part) => change(updateNode(graph, id, part), `${id}:${Object.keys(part).join()}`),
    connect: (from, to) => {
      const refusal = whyNot(graph, from, to);
      if (!refusal) change(connect(graph, from, to));
      return refusal;
    },
    remove: (ids, edges) => change(removeEdges(removeNodes(graph, ids), edges)),
    move: (places) => change(moveNodes(graph, places)),
    arrange: () => {
      change(withLayout(graph));
      fit();
    },
    load: (next) => {
      change(next);
      setPicked(next.nodes[0]?.id ?? null);
      fit();
    },
    undo: () => setHistory(undone),
    redo: () => setHistory(redone),
  }), [graph, picked, label, name, change, fit]);

  return {
    graph,
    selected: nodeOf(graph, picked) ? picked : null,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    fitted,
    actions,
  };
}
