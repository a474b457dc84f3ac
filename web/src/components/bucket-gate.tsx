// R2-01: without a bound storage space every chapter leads to the binding step.
import { useQuery } from "@tanstack/react-query";
import { Outlet } from "react-router-dom";
import { bucketsQuery } from "@/api/queries";
import { BindStep } from "@/pages/bind-step";
import { ErrorBlock } from "./error-alert";
import { PageLoading } from "./page-loading";

export function BucketGate() {
  const buckets = useQuery(bucketsQuery);
  if (buckets.isPending) return <PageLoading />;
  if (buckets.isError) return <ErrorBlock error={buckets.error} onRetry={() => void buckets.refetch()} />;
  if (buckets.data.items.length === 0) return <BindStep />;
  return <Outlet />;
}
