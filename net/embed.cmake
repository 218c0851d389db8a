# Turns a text into a source file with a function that returns it. Of a page it
# makes one HTML document, with the style sheets and scripts beside it put inside.
# A script that is an ES module becomes one script with the modules that it is
# made of, in which what each of them declares is visible to all, also to the
# scripts that follow.
#
#   cmake -D INPUT=<folder>/index.html -D OUTPUT=<file>.cpp
#         -D FUNCTION=chat_page -D HEADER=atrium/net/http/chat_page.hpp -P embed.cmake

cmake_minimum_required(VERSION 3.25)

get_filename_component(folder ${INPUT} DIRECTORY)
file(READ ${INPUT} page)

set(statement "(^|\n)(import|export) {[^}]*} from \"\\./([a-z_]+\\.js)\";")
set(modules) # that are in the script already

# Appends a module to `script`, after those that it takes names from.
function(append_module file)
  file(READ ${folder}/${file} text)
  get_filename_component(beside ${file} DIRECTORY)
  while(text MATCHES "${statement}")
    string(REPLACE "${CMAKE_MATCH_0}" "" text "${text}")
    if(NOT "${beside}/${CMAKE_MATCH_3}" IN_LIST modules)
      list(APPEND modules ${beside}/${CMAKE_MATCH_3})
      append_module(${beside}/${CMAKE_MATCH_3})
    endif()
  endwhile()
  string(REGEX REPLACE "(^|\n)export (class|function|const)" "\\1\\2" text "${text}")
  if(text MATCHES "(^|\n)(import|export)[^\n]*")
    message(FATAL_ERROR "${file}: cannot put this into a page: ${CMAKE_MATCH_0}")
  endif()
  set(script "${script}${text}" PARENT_SCOPE)
  set(modules "${modules}" PARENT_SCOPE)
endfunction()

# Replaces what refers to a file by the text of the file.
function(inline reference text tag)
  string(REPLACE "${reference}" "<${tag}>\n${text}</${tag}>" page "${page}")
  set(page "${page}" PARENT_SCOPE)
endfunction()

while(page MATCHES "<link rel=\"stylesheet\" href=\"([a-z.]+)\">")
  set(reference "${CMAKE_MATCH_0}")
  file(READ ${folder}/${CMAKE_MATCH_1} text)
  inline("${reference}" "${text}" style)
endwhile()
while(page MATCHES "<script src=\"([a-z./]+)\"></script>")
  set(reference "${CMAKE_MATCH_0}")
  set(script)
  append_module(${CMAKE_MATCH_1})
  inline("${reference}" "${script}" script)
endwhile()

string(FIND "${page}" ")~page~" clash)
if(NOT clash EQUAL -1)
  message(FATAL_ERROR "the page contains the end mark of the string literal")
endif()
# Compilers need not take long literals, but ours do.
file(WRITE ${OUTPUT} "#pragma GCC diagnostic ignored \"-Woverlength-strings\"
#include \"${HEADER}\"

namespace atrium {

std::string_view ${FUNCTION}() noexcept {
  return R\"~page~(${page})~page~\";
}

} // namespace atrium
")
