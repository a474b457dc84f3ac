// The canvas: draws the graph, and turns what a hand does on it into actions. React Flow keeps places while a node is dragged;
// the graph hears of them when it is let go.
import "@xyflow/react/dist/base.css";
import "./flow.css";
import "./flow.css";
import {
  Background, Controls, MarkerType, ReactFlow, ReactFlowProvider, applyEdgeChanges, applyNodeChanges, useReactFlow,
  type Edge as DrawnEdge, type EdgeChange, type FitViewOptions, type FinalConnectionState, type Node as DrawnNode, type NodeChange,
} from "@xyflow/react";
import { App } from "antd";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Edge, Graph } from "@/api/preprocess";
import { useIsDark } from "@/theme";
import { AugmentNode } from "./augment-node";
import { whyNot } from "./connect-rules";
import { CountEdge } from "./count-edge";
import { FilterNode } from "./filter-node";
import { useFacts } from "./flow-context";
import { edgeId, predecessors, successors } from "./graph";
import { InputNode } from "./input-node";
import { nodeWidth, placesOf } from "./layout";
import { OutputNode } from "./output-node";

// "input" and "output" by themselves are names that React Flow gives a look of its own.
const nodeTypes = { "ava-input": InputNode, "ava-filter": FilterNode, "ava-augment": AugmentNode, "ava-output": OutputNode };
const edgeTypes = { count: CountEdge };
const fitOptions = { padding: 0.18, maxZoom: 1.1, duration: 200 };
const phoneWidth = 640;

/** The whole graph; on a telephone what is selected and its neighbours, large enough to read. */
function fitsTo(graph: Graph, selected: string | null): FitViewOptions {
  if (window.innerWidth > phoneWidth || !selected) return fitOptions;
  const near = [...new Set([selected, ...predecessors(graph, selected), ...successors(graph, selected)])];
  return { ...fitOptions, padding: 0.06, minZoom: 0.5, nodes: near.map((id) => ({ id })) };
}

function drawnNodes(graph: Graph, selected: string | null, before: readonly DrawnNode[]): DrawnNode[] {
  const places = placesOf(graph);
  const inputs = graph.nodes.filter((node) => node.type === "input").length;
  return graph.nodes.map((node) => {
    const [x, y] = places[node.id]!;
    // React Flow hides a node it has not measured: what it measured is kept.
    return {
      ...before.find((old) => old.id === node.id), id: node.id, type: `ava-${node.type}`, position: { x, y }, selected: node.id === selected,
      deletable: node.type !== "input" || inputs > 1, data: {}, style: { width: nodeWidth },
    };
  });
}

function drawnEdges(graph: Graph, before: readonly DrawnEdge[]): DrawnEdge[] {
  return graph.edges.map((edge) => {
    const id = edgeId(edge);
    return { id, source: edge[0], target: edge[1], type: "count", selected: before.find((old) => old.id === id)?.selected, markerEnd: { type: MarkerType.ArrowClosed } };
  });
}

const isEdge = (edge: DrawnEdge): Edge => [edge.source, edge.target];

function Canvas({ selected, fitted }: { selected: string | null; fitted: number }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const dark = useIsDark();
  const { graph, actions } = useFacts();
  const { fitView } = useReactFlow();
  const [nodes, setNodes] = useState<DrawnNode[]>(() => drawnNodes(graph, selected, []));
  const [edges, setEdges] = useState<DrawnEdge[]>(() => drawnEdges(graph, []));
  useEffect(() => setNodes((before) => drawnNodes(graph, selected, before)), [graph, selected]);
  useEffect(() => setEdges((before) => drawnEdges(graph, before)), [graph]);
  useEffect(() => {
    if (fitted === 0) return;
    const timer = setTimeout(() => void fitView(fitsTo(graph, selected)), 60);
    return () => clearTimeout(timer);
    // Only when it is asked for: not whenever something else is selected.
  }, [fitted, fitView]);

  const onNodes = useCallback((changes: NodeChange[]) => {
    const chosen = changes.find((change) => change.type === "select" && change.selected);
    if (chosen?.type === "select") actions?.select(chosen.id);
    setNodes((before) => applyNodeChanges(changes.filter((change) => change.type !== "remove" && change.type !== "select"), before));
  }, [actions]);
  const onEdges = useCallback((changes: EdgeChange[]) => setEdges((before) => applyEdgeChanges(changes.filter((change) => change.type !== "remove"), before)), []);
  /** A line that was let go on a node that may not have it. */
  const onConnectEnd = useCallback((_: unknown, end: FinalConnectionState) => {
    if (end.isValid || !end.fromNode || !end.toNode) return;
    const [from, to] = end.fromHandle?.type === "target" ? [end.toNode.id, end.fromNode.id] : [end.fromNode.id, end.toNode.id];
    const refusal = end.fromHandle?.type === end.toHandle?.type && from !== to ? (end.fromHandle?.type === "target" ? "intoInput" : whyNot(graph, from, to)) : whyNot(graph, from, to);
    if (refusal) void message.warning({ content: t(`flow.refused.${refusal}`), key: "flow-refused" });
  }, [graph, message, t]);

  const labels = useMemo(() => ({
    "controls.ariaLabel": t("flow.canvas.controls"), "controls.zoomIn.ariaLabel": t("flow.canvas.zoomIn"), "controls.zoomOut.ariaLabel": t("flow.canvas.zoomOut"), "controls.fitView.ariaLabel": t("flow.canvas.fit"),
    "node.a11yDescription.default": t("flow.canvas.nodeHelp"), "node.a11yDescription.keyboardDisabled": t("flow.canvas.nodeHelp"), "edge.a11yDescription.default": t("flow.canvas.edgeHelp"),
  }), [t]);
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      colorMode={dark ? "dark" : "light"}
      onNodesChange={onNodes}
      onEdgesChange={onEdges}
      onNodeDragStop={(_, __, dragged) => actions?.move(Object.fromEntries(dragged.map((node) => [node.id, [Math.round(node.position.x), Math.round(node.position.y)]])))}
      onConnect={({ source, target }) => actions?.connect(source, target)}
      onConnectEnd={onConnectEnd}
      isValidConnection={({ source, target }) => whyNot(graph, source, target) === null}
      onDelete={(gone) => actions?.remove(gone.nodes.map((node) => node.id), gone.edges.map(isEdge))}
      onPaneClick={() => actions?.select(null)}
      nodesDraggable={!!actions}
      nodesConnectable={!!actions}
      elementsSelectable={!!actions}
      deleteKeyCode={actions ? ["Delete", "Backspace"] : null}
      multiSelectionKeyCode={null}
      selectionKeyCode={null}
      connectionRadius={28}
      fitView
      fitViewOptions={fitOptions}
      minZoom={0.2}
      maxZoom={1.6}
      preventScrolling={!!actions}
      ariaLabelConfig={labels}
    >
      <Background gap={20} />
      <Controls showInteractive={false} fitViewOptions={fitOptions} />
    </ReactFlow>
  );
}

export function FlowCanvas(props: { selected: string | null; fitted: number }) {
  return <ReactFlowProvider><Canvas {...props} /></ReactFlowProvider>;
}
