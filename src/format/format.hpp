// Training formats: what a driver must do to make one set (one split of a batch) and to read it back.
// A driver is one file and one line in all.cpp; the web form, the CLI and the conformance test follow from that.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "format/labels.hpp"

namespace ava::format {

/// What a writer knows of its set before the first item.
struct SetInfo {
  std::string split;  ///< "train", "val", "test"
  Task task = Task::kClassification;
  std::uint64_t sample_count = 0;    ///< exactly so many items will be appended
  std::uint64_t byte_count = 0;      ///< of their pictures, as far as known; 0: unknown
  std::vector<std::string> classes;  ///< position = class index
};

/// One sample on its way into the sets of a batch. Bytes are shared: every format of the batch gets the same ones.
struct Item {
  std::uint64_t index = 0;  ///< position in the set, from 0, without gaps
  Labels labels;
  std::shared_ptr<const std::string> bytes;   ///< the picture file
  std::optional<Digest> sha256;               ///< of `bytes`, when it is known already
  std::shared_ptr<const std::string> planes;  ///< decoded, C,H,W with channels B,G,R; only when a format asked for it
  int width = 0;
  int height = 0;
  std::string name;       ///< key or path of the source, UTF-8, relative
  std::string extension;  ///< "jpg", "png": told by the bytes
};

/// What a file's digest is taken of: all its bytes, or (docs/adr/0008) all but the pictures', and their digests
/// instead.
enum class DigestKind : std::uint8_t { kBytes, kOutline };

/// A file of a finished set, its path relative to the set's folder.
struct SetFile {
  std::string path;
  std::uint64_t bytes = 0;
  Digest sha256{};
  DigestKind kind = DigestKind::kBytes;
};

/// Fills the folder of one set. Destroyed before finish() it may leave files behind: the folder is temporary.
/// Errors: `file.no_space`, `file.denied`, `file.io` and the driver's own. Thread: one at a time.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual Result<void> append(const Item& item) = 0;
  /// Complete, sync and close. The pictures of format `raw` are not listed: the batch lists their digests.
  virtual Result<std::vector<SetFile>> finish() = 0;
};

/// What a set says about one sample.
struct StoredItem {
  std::uint64_t index = 0;
  std::int64_t label = 0;              ///< kClassification: as it was stored, also when it is no class index
  std::vector<std::uint32_t> classes;  ///< kMultiLabel
  std::vector<Object> objects;         ///< kDetection; boxes in fractions of the picture's size when `fractions`
  bool fractions = false;
  std::string bytes;  ///< the picture file, or its planes when `is_planes`
  bool is_planes = false;
};

/// Reads the samples of a set in order.
/// Errors: kCorrupt names what is wrong; the reader can go on with the next sample. Thread: one at a time.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual std::uint64_t count() const = 0;
  /// False at the end. `item` is overwritten; its index is right even when the answer is an error.
  virtual Result<bool> next(StoredItem& item) = 0;
};

/// A driver. `options` are JSON text following options_schema(); "" and "{}" mean the defaults.
/// Thread: const calls from any thread.
class Format {
 public:
  virtual ~Format() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view title() const = 0;
  virtual std::string_view description() const = 0;
  virtual Traits traits() const { return {}; }
  /// JSON Schema of the options, for forms.
  virtual std::string options_schema() const = 0;
  /// Does a writer with these options need Item::planes? Errors: those of schema/, with the field's pointer.
  virtual Result<bool> needs_planes(std::string_view options) const = 0;
  /// `folder` exists and is empty.
  virtual Result<std::unique_ptr<Writer>> make_writer(const std::filesystem::path& folder, const SetInfo& info,
                                                      std::string_view options) const = 0;
  /// Errors: `file.not_found`, kCorrupt when the set cannot be read at all.
  virtual Result<std::unique_ptr<Reader>> open_reader(const std::filesystem::path& folder) const = 0;
  /// The digest of a file its writer gave as kOutline, from its bytes alone.
  /// Errors: `file.not_found`, kCorrupt when it cannot be walked to its end, `digest.no_outline`.
  virtual Result<Digest> outline_of(const std::filesystem::path& path) const;
};

}  // namespace ava::format
