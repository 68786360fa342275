// What Gradle's plugin of Apollo does with a service, by the same compiler: no registry that this suite may use has Gradle.
//
//   Codegen SCHEMA DOCUMENTS OUTPUT

import com.apollographql.apollo.compiler.ApolloCompiler
import com.apollographql.apollo.compiler.CodegenSchemaOptions
import com.apollographql.apollo.compiler.TargetLanguage
import com.apollographql.apollo.compiler.buildCodegenOptions
import com.apollographql.apollo.compiler.buildIrOptions
import com.apollographql.apollo.compiler.toInputFiles
import java.io.File

private val STRINGS = listOf("DateTime", "Decimal")

fun main(words: Array<String>) {
    val (schema, documents, output) = words.map(::File)
    val sources = ApolloCompiler.buildSchemaAndOperationsSources(
        schemaFiles = listOf(schema).toInputFiles(),
        executableFiles = listOf(documents).toInputFiles(),
        codegenSchemaOptions = CodegenSchemaOptions(
            scalarTypeMapping = STRINGS.associateWith { "kotlin.String" },
            scalarAdapterMapping = STRINGS.associateWith { "com.apollographql.apollo.api.StringAdapter" },
            generateDataBuilders = false,
        ),
        irOptions = buildIrOptions(),
        codegenOptions = buildCodegenOptions(packageName = "matchday", targetLanguage = TargetLanguage.KOTLIN_1_9),
        layoutFactory = null,
        operationOutputGenerator = null,
        irOperationsTransform = null,
        javaOutputTransform = null,
        kotlinOutputTransform = null,
        documentTransform = null,
        logger = null,
        operationManifestFile = null,
    )
    for (file in sources.files) {
        val folder = File(output, file.packageName.replace('.', '/')).apply { mkdirs() }
        File(folder, file.name).outputStream().buffered().use { file.writeTo(it) }
    }
}
