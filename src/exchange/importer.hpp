// Label formats of others, read: what a driver must do to turn a tree of files into samples of a list.
// A driver is one file and one line in all.cpp; the web form, the CLI and the conformance test follow from that.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "exchange/sink.hpp"
#include "exchange/tree.hpp"

namespace ava::exchange {

/// Units: percent. 0: certainly not; 50 and more: its marks are there; two that are close are ambiguous.
struct Guess {
  int confidence = 0;
  std::string reason;  ///< what was seen, for messages: "Annotations/a.xml is a VOC annotation"
};

/// A look into a tree, bounded in depth and width, for guessing. Lifetime: of the tree.
class Glance {
 public:
  /// `focus`: look at this one file only.
  static Result<Glance> at(const Tree& tree, const std::string& focus);
  /// The one file that is looked at; empty: the whole tree.
  const std::string& focus() const { return focus_; }
  const std::vector<std::string>& files() const { return files_; }
  /// Each ends in '/'.
  const std::vector<std::string>& folders() const { return folders_; }
  bool has_file(std::string_view name) const;
  bool has_folder(std::string_view name) const;
  /// The first files, top first, that end so (lower case), up to `limit` of them. An upload has no ending: a file in
  /// focus is always among them.
  std::vector<std::string> ending_in(std::string_view ending, std::size_t limit) const;
  std::size_t pictures() const;
  /// The first 4 KiB; empty when it cannot be read.
  std::string head(std::string_view name) const;
  const Tree& tree() const { return *tree_; }

 private:
  Glance(const Tree& tree, std::string focus) : tree_(&tree), focus_(std::move(focus)) {}
  const Tree* tree_;
  std::string focus_;
  std::vector<std::string> files_;
  std::vector<std::string> folders_;
};

/// What is to be imported. Lifetime: the tree outlives it.
struct Request {
  const Tree* tree = nullptr;
  std::string focus;            ///< the source is this one file of the tree; empty: the whole tree
  std::string options;          ///< JSON following options_schema(); "" means the defaults
  std::string label = "class";  ///< name of the labels to write
  std::string url_prefix;       ///< before a picture's name: "qiniu:///bucket/folder/", "/data/bccd/" or ""
  bool labels_only = false;     ///< do not look for the pictures: names are taken as they are written
  /// Keeps a picture that a label file holds, under a name of the tree; empty where the tree is only read.
  std::function<Result<void>(std::string_view name, std::string_view bytes)> store;

  std::string url_of(std::string_view name) const { return url_prefix + std::string(name); }
};

/// A driver. Thread: const calls from any thread.
class Importer {
 public:
  virtual ~Importer() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view title() const = 0;
  virtual std::string_view description() const = 0;
  /// JSON Schema of the options, for forms.
  virtual std::string options_schema() const = 0;
  virtual Guess detect(const Glance& glance) const = 0;
  /// Samples in an order that depends on the files only. One bad file or annotation is a reject and never ends it.
  /// Errors: when nothing can be read at all, `storage.*`, those of the sink, `import.cancelled`.
  virtual Result<void> run(const Request& request, Sink& sink, const std::stop_token& stop) const = 0;
};

}  // namespace ava::exchange
