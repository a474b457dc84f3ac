// Lists a folder tree as keys in byte order, page by page, without holding more than the folders on the way.
#pragma once

#include "storage/file_handle.hpp"
#include "storage/storage.hpp"

namespace ava::storage {

Result<Page> list_folder(const Root& root, const ListQuery& query);

}  // namespace ava::storage
