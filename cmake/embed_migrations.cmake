# ava_embed_migrations(target folder): put the SQL files of a folder into a library, in the order of their numbers.
# Run as a script (cmake -P) this same file writes the C++.
if(CMAKE_SCRIPT_MODE_FILE)
  set(text "// Made from the files in migrations/.\n#include \"db/migrate.hpp\"\n\nnamespace ava::db {\n\n")
  string(APPEND text "std::span<const Migration> built_in_migrations() {\n  static constexpr Migration kAll[] = {\n")
  file(GLOB files ${FOLDER}/[0-9][0-9][0-9][0-9]_*.sql)
  list(SORT files)
  foreach(file ${files})
    get_filename_component(name ${file} NAME)
    string(REGEX REPLACE "^0*([0-9]+)_.*" "\\1" version ${name})
    file(READ ${file} sql)
    string(APPEND text "      {${version}, \"${name}\", R\"AVASQL(${sql})AVASQL\"},\n")
  endforeach()
  string(APPEND text "  };\n  return kAll;\n}\n\n}  // namespace ava::db\n")
  file(WRITE ${OUT} "${text}")
  return()
endif()

set(AVA_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
function(ava_embed_migrations target folder)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.sql)
  set(out ${CMAKE_BINARY_DIR}/generated/migrations.cpp)
  string(MD5 names "${files}")  # a file that disappears changes the command, and so the program
  add_custom_command(OUTPUT ${out} DEPENDS ${files} ${AVA_EMBED_SCRIPT}
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${folder} -DOUT=${out} -DNAMES=${names} -P ${AVA_EMBED_SCRIPT} COMMENT "Embedding migrations")
  target_sources(${target} PRIVATE ${out})
endfunction()
