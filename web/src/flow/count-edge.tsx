// A line with the number of items that go along it; red, with the reason, when the server refuses it.
import { BaseEdge, EdgeLabelRenderer, getBezierPath, useReactFlow, type EdgeProps } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { slugSentence } from "@/components/error-alert";
import { formatCount } from "@/components/format-value";
import { useFacts } from "./flow-context";
import { problemOfEdge } from "./problems";

const fewClasses = 8;

export function CountEdge(props: EdgeProps) {
  const { t } = useTranslation();
  const { check, problems, actions } = useFacts();
  const { updateEdge } = useReactFlow();
  const [path, x, y] = getBezierPath(props);
  const problem = problemOfEdge(problems, props.source, props.target);
  const count = check?.counts?.edges.find((edge) => edge.from === props.source && edge.to === props.target);
  const classes = Object.entries(count?.classes ?? {}).filter(([, items]) => items > 0);
  const listed = classes.slice(0, fewClasses).map(([name, items]) => `${name} ${formatCount(items)}`).join("\n");
  const text = problem ? "!" : count ? formatCount(count.items) : "";
  const says = problem ? slugSentence(t, problem.slug, problem.message) : classes.length > fewClasses ? `${listed}\n…` : listed;
  return (
    <>
      <BaseEdge id={props.id} path={path} markerEnd={props.markerEnd} className={problem ? "flow-edge-wrong" : undefined} interactionWidth={24} />
      {text && (
        <EdgeLabelRenderer>
          <span
            className={`flow-edge-count nodrag nopan ${problem ? "wrong" : ""} ${props.selected ? "selected" : ""}`}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
            title={says || undefined}
            onClick={() => actions && updateEdge(props.id, { selected: true })}
            data-testid="edge-count"
            data-edge={`${props.source}-${props.target}`}
          >
            {classes.length === 1 && !problem ? `${classes[0]![0]} ${text}` : text}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}
