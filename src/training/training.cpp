#include "training/training.hpp"

namespace ava::training {

std::span<const schema::EnumName<TrainingState>> enum_names(TrainingState) {
  static constexpr schema::EnumName<TrainingState> kNames[] = {{TrainingState::kQueued, "queued"},
                                                               {TrainingState::kCreating, "creating"},
                                                               {TrainingState::kRunning, "running"},
                                                               {TrainingState::kDone, "done"},
                                                               {TrainingState::kFailed, "failed"}};
  return kNames;
}

std::span<const schema::EnumName<RunState>> enum_names(RunState) {
  static constexpr schema::EnumName<RunState> kNames[] = {
      {RunState::kRunning, "running"}, {RunState::kDone, "done"}, {RunState::kFailed, "failed"}};
  return kNames;
}

bool is_over(TrainingState state) { return state == TrainingState::kDone || state == TrainingState::kFailed; }

void describe(schema::Visitor& v, Resources& x) {
  v.type("Resources");
  v.field("cpu_cores", x.cpu_cores,
          {.doc = "CPU cores the container may use", .required = false, .min = 0.1, .max = 1024});
  v.field("memory_bytes", x.memory_bytes,
          {.doc = "Memory limit in bytes", .required = false, .min = 16 << 20, .max = 1e13});
  v.field("gpu_count", x.gpu_count, {.required = false, .min = 0, .max = 64});
  v.field("gpu_model", x.gpu_model, {.max = 64});
}

void describe(schema::Visitor& v, ExitRecord& x) {
  v.type("ExitRecord");
  v.field("code", x.code);
  v.field("signal", x.signal);
  v.field("oom", x.oom, {.doc = "Killed because it used more than its memory limit"});
  v.field("words", x.words);
}

void describe(schema::Visitor& v, SetRef& x) {
  v.type("SetRef");
  v.field("id", x.id);
  v.field("format", x.format);
  v.field("batch", x.batch);
  v.field("split", x.split);
  v.field("dataset", x.dataset);
}

void describe(schema::Visitor& v, Training& x) {
  v.type("Training");
  v.field("id", x.id);
  v.field("name", x.name);
  v.field("description", x.description);
  v.field("state", x.state);
  v.field("state_reason", x.state_reason);
  v.field("exit", x.exit);
  v.field("train_set", x.train_set);
  v.field("val_set", x.val_set);
  v.field("image", x.image);
  v.field("command", x.command);
  v.field("has_code", x.has_code);
  v.field("env", x.env);
  v.field("params", x.params);
  v.field("resources", x.resources);
  v.field("job_id", x.job_id);
  v.field("run_count", x.run_count);
  v.field("owner", x.owner);
  v.field("created_at", x.created_at);
  v.field("started_at", x.started_at);
  v.field("ended_at", x.ended_at);
}

void describe(schema::Visitor& v, CreateTraining& x) {
  v.type("CreateTraining");
  v.field("name", x.name, {.min = 2, .max = 63});
  v.field("description", x.description, {.max = 500});
  v.field("train_set_id", x.train_set_id);
  v.field("val_set_id", x.val_set_id);
  v.field("image", x.image,
          {.doc = "Container image", .min = 1, .max = 255, .example = "localhost/ava/torch:bookworm"});
  v.field("command", x.command,
          {.doc = "Shell command run in the container",
           .min = 1,
           .max = 8192,
           .example = "python3 /workspace/examples/pytorch/train.py"});
  v.field("code_upload_id", x.code_upload_id, {.doc = "Upload unpacked to /workspace/code"});
  v.field("env", x.env, {.required = false});
  v.field("params", x.params, {.doc = "Hyper-parameters, /workspace/params/default.json", .required = false});
  v.field("resources", x.resources, {.required = false});
}

void describe(schema::Visitor& v, RunMetric& x) {
  v.type("RunMetric");
  v.field("name", x.name);
  v.field("count", x.count);
  v.field("last", x.last);
  v.field("min", x.min);
  v.field("max", x.max);
  v.field("last_step", x.last_step);
}

void describe(schema::Visitor& v, Run& x) {
  v.type("Run");
  v.field("id", x.id);
  v.field("training", x.training);
  v.field("name", x.name);
  v.field("state", x.state);
  v.field("params", x.params);
  v.field("error_message", x.error_message);
  v.field("epoch", x.epoch);
  v.field("step", x.step);
  v.field("started_at", x.started_at);
  v.field("ended_at", x.ended_at);
  v.field("metrics", x.metrics);
}

}  // namespace ava::training
