// The map of the site. Every page is its own chunk; the chapters that need a storage space sit behind the gate.
import { lazy, type ComponentType } from "react";
import { Navigate, createBrowserRouter } from "react-router-dom";
import { AppLayout } from "./components/app-layout";
import { BucketGate } from "./components/bucket-gate";
import { CrashPage, NotFoundPage } from "./pages/fallback-pages";

function page<K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K) {
  const Page = lazy(async (): Promise<{ default: ComponentType }> => ({ default: (await load())[name] }));
  return <Page />;
}

const chapters = [
  { path: "datasets", element: page(() => import("./pages/datasets-page"), "DatasetsPage") },
  { path: "datasets/new", element: page(() => import("./pages/dataset-create-page"), "DatasetCreatePage") },
  { path: "datasets/:id", element: page(() => import("./pages/dataset-detail-page"), "DatasetDetailPage") },
];

export const router = createBrowserRouter(
  [
    {
      element: <AppLayout />,
      errorElement: <CrashPage />,
      children: [
        { index: true, element: <Navigate to="/datasets" replace /> },
        { element: <BucketGate />, children: chapters },
        { path: "*", element: <NotFoundPage /> },
      ],
    },
  ],
  { future: { v7_relativeSplatPath: true } },
);
