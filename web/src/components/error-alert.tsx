// How every failure looks: the sentence for its slug in the reader's language, then the server's detail, its hint, the
// fields it names and the request id to quote.
import { Alert, Button } from "antd";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import type { Failure, Problem } from "@/api/types";
import { usePageTitle } from "./page-header";

type Told = Failure & Partial<Omit<Problem, "hint">>;

function problemFrom(error: unknown): Told {
  if (error instanceof ApiError) return error.problem;
  return { slug: "", detail: error instanceof Error ? error.message : String(error), title: "" };
}

/** The headline: catalogue by slug, else the server's title, else a general sentence. */
export function slugSentence(t: TFunction, slug: string, title?: string): string {
  return t(`error.slug.${slug}`, { defaultValue: title || t("error.fallback") });
}

/** One line for toasts and table cells. */
export function errorLine(t: TFunction, error: unknown): string {
  const problem = problemFrom(error);
  const head = slugSentence(t, problem.slug, problem.title);
  return problem.detail ? `${head}: ${problem.detail}` : head;
}

function Details({ problem }: { problem: Told }) {
  const { t } = useTranslation();
  return (
    <>
      {problem.detail && <div>{problem.detail}</div>}
      {problem.hint && <div>{t("error.hint", { hint: problem.hint })}</div>}
      {problem.violations && problem.violations.length > 0 && (
        <ul style={{ margin: "4px 0", paddingInlineStart: 20 }}>
          {problem.violations.map((violation) => (
            <li key={violation.pointer + violation.slug}>
              <span className="mono">{violation.pointer}</span> {slugSentence(t, violation.slug, violation.detail)}
            </li>
          ))}
        </ul>
      )}
      {problem.request_id && <small style={{ opacity: 0.65 }}>{t("error.requestId", { id: problem.request_id })}</small>}
    </>
  );
}

export function ErrorAlert({ error, onRetry, title }: { error: unknown; onRetry?: () => void; title?: string }) {
  const { t } = useTranslation();
  if (!error) return null;
  const problem = problemFrom(error);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      data-testid="error"
      data-slug={problem.slug}
      message={title ?? slugSentence(t, problem.slug, problem.title)}
      description={<Details problem={problem} />}
      action={onRetry && <Button size="small" onClick={onRetry}>{t("action.retry")}</Button>}
    />
  );
}

/** A failure stored on an object (dataset, formatted set, job): same look, the sentence comes from its slug. */
export function FailureAlert({ failure, title }: { failure: Failure | null | undefined; title?: string }) {
  const { t } = useTranslation();
  if (!failure) return null;
  const sentence = slugSentence(t, failure.slug, "");
  return (
    <Alert
      type="error"
      showIcon
      data-testid="failure"
      data-slug={failure.slug}
      message={title ? `${title}${sentence === t("error.fallback") ? "" : ` · ${sentence}`}` : sentence}
      description={<Details problem={failure} />}
    />
  );
}

/** A whole page or panel that could not load. */
export function ErrorBlock({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const problem = problemFrom(error);
  usePageTitle(slugSentence(t, problem.slug, problem.title));
  // What does not exist will not exist after another try either: the way on is back.
  const gone = problem.status === 404;
  return (
    <div className="page stack">
      <ErrorAlert error={error} onRetry={gone ? undefined : onRetry} />
      {gone && <div><Button onClick={() => history.back()} data-testid="go-back">{t("action.back")}</Button></div>}
    </div>
  );
}
