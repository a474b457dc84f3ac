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
  { path: "datasets/:id/preprocess", element: page(() => import("./pages/preprocess-page"), "PreprocessPage") },
  { path: "trainings", element: page(() => import("./pages/trainings-page"), "TrainingsPage") },
  { path: "trainings/new", element: page(() => import("./pages/training-create-page"), "TrainingCreatePage") },
  { path: "trainings/:id", element: page(() => import("./pages/training-detail-page"), "TrainingDetailPage") },
  { path: "runs/:id", element: page(() => import("./pages/run-page"), "RunPage") },
  { path: "models", element: page(() => import("./pages/models-page"), "ModelsPage") },
  { path: "jobs", element: page(() => import("./pages/jobs-page"), "JobsPage") },
];

export const router = createBrowserRouter(
  [
    {
      element: <AppLayout />,
      errorElement: <CrashPage />,
      children: [
        { index: true, element: <Navigate to="/datasets" replace /> },
        { element: <BucketGate />, children: chapters },
        { path: "storage", element: page(() => import("./pages/storage-page"), "StoragePage") },
        { path: "settings", element: page(() => import("./pages/settings-page"), "SettingsPage") },
        { path: "settings/:tab", element: page(() => import("./pages/settings-page"), "SettingsPage") },
        { path: "users", element: page(() => import("./pages/users-page"), "UsersPage") },
        { path: "*", element: <NotFoundPage /> },
      ],
    },
  ],
  { future: { v7_relativeSplatPath: true } },
);
