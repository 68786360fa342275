ariadne-codegen client
