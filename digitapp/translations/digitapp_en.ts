<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>AveragesBench</name>
    <message numerus="yes">
        <source>%Ln value(s), each a step</source>
        <translation>
            <numerusform>%Ln value, each a step</numerusform>
            <numerusform>%Ln values, each a step</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BestPlot</name>
    <message numerus="yes">
        <source>%n trial(s)</source>
        <translation>
            <numerusform>%n trial</numerusform>
            <numerusform>%n trials</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BuildFace</name>
    <message numerus="yes">
        <source>%n hidden unit(s)</source>
        <translation>
            <numerusform>%n hidden unit</numerusform>
            <numerusform>%n hidden units</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CentringFace</name>
    <message numerus="yes">
        <source>%n update(s)</source>
        <translation>
            <numerusform>%n update</numerusform>
            <numerusform>%n updates</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChainFace</name>
    <message numerus="yes">
        <source>%n hidden layer(s)</source>
        <translation>
            <numerusform>%n hidden layer</numerusform>
            <numerusform>%n hidden layers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChangeFace</name>
    <message numerus="yes">
        <source>To make {1:a} of this {0}: draw at %n place(s), erase at {2}.</source>
        <translation>
            <numerusform>To make {1:a} of this {0}: draw at %n place, erase at {2}.</numerusform>
            <numerusform>To make {1:a} of this {0}: draw at %n places, erase at {2}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>To make {1:a} of this {0}: draw at %n place(s).</source>
        <translation>
            <numerusform>To make {1:a} of this {0}: draw at %n place.</numerusform>
            <numerusform>To make {1:a} of this {0}: draw at %n places.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>To make {1:a} of this {0}: erase at %n place(s).</source>
        <translation>
            <numerusform>To make {1:a} of this {0}: erase at %n place.</numerusform>
            <numerusform>To make {1:a} of this {0}: erase at %n places.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>To make {1:a} of this {0}: switch off %n pixel(s).</source>
        <translation>
            <numerusform>To make {1:a} of this {0}: switch off %n pixel.</numerusform>
            <numerusform>To make {1:a} of this {0}: switch off %n pixels.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>To make {1:a} of this {0}: switch on %n pixel(s), switch off {2}.</source>
        <translation>
            <numerusform>To make {1:a} of this {0}: switch on %n pixel, switch off {2}.</numerusform>
            <numerusform>To make {1:a} of this {0}: switch on %n pixels, switch off {2}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>To make {1:a} of this {0}: switch on %n pixel(s).</source>
        <translation>
            <numerusform>To make {1:a} of this {0}: switch on %n pixel.</numerusform>
            <numerusform>To make {1:a} of this {0}: switch on %n pixels.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CircuitBench</name>
    <message numerus="yes">
        <source>%n gate(s)</source>
        <translation>
            <numerusform>%n gate</numerusform>
            <numerusform>%n gates</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n input(s)</source>
        <translation>
            <numerusform>%n input</numerusform>
            <numerusform>%n inputs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CurvePlot</name>
    <message numerus="yes">
        <source>Mean of %n seed(s), band: lowest to highest</source>
        <translation>
            <numerusform>Mean of %n seed, band: lowest to highest</numerusform>
            <numerusform>Mean of %n seeds, band: lowest to highest</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DyingFace</name>
    <message numerus="yes">
        <source>%n network(s) trained</source>
        <translation>
            <numerusform>%n network trained</numerusform>
            <numerusform>%n networks trained</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>EpochAxis</name>
    <message numerus="yes">
        <source>%n epoch(s)</source>
        <translation>
            <numerusform>%n epoch</numerusform>
            <numerusform>%n epochs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message numerus="yes">
        <source>All %Ln image(s) at once</source>
        <translation>
            <numerusform>All %Ln image at once</numerusform>
            <numerusform>All %Ln images at once</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FaultBar</name>
    <message numerus="yes">
        <source>A fault in digitapp, met %n time(s): {0}. The window goes on.</source>
        <translation>
            <numerusform>A fault in digitapp, met %n time: {0}. The window goes on.</numerusform>
            <numerusform>A fault in digitapp, met %n times: {0}. The window goes on.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FeaturesPage</name>
    <message numerus="yes">
        <source>%Ln unit(s)</source>
        <translation>
            <numerusform>%Ln unit</numerusform>
            <numerusform>%Ln units</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln unit(s), {0} dead</source>
        <translation>
            <numerusform>%Ln unit, {0} dead</numerusform>
            <numerusform>%Ln units, {0} dead</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FinalFigure</name>
    <message numerus="yes">
        <source>Looked at for %n experiment(s) of this problem so far: each look makes it worth less.</source>
        <translation>
            <numerusform>Looked at for %n experiment of this problem so far: each look makes it worth less.</numerusform>
            <numerusform>Looked at for %n experiments of this problem so far: each look makes it worth less.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HandFiles</name>
    <message numerus="yes">
        <source>%Ln digits were imported from {0}.</source>
        <translation>
            <numerusform>%Ln digit was imported from {0}.</numerusform>
            <numerusform>%Ln digits were imported from {0}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln digits were written to {0}.</source>
        <translation>
            <numerusform>%Ln digit was written to {0}.</numerusform>
            <numerusform>%Ln digits were written to {0}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln were there already.</source>
        <translation>
            <numerusform>%Ln was there already.</numerusform>
            <numerusform>%Ln were there already.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln without a label were left out.</source>
        <translation>
            <numerusform>%Ln without a label was left out.</numerusform>
            <numerusform>%Ln without a label were left out.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HandGrid</name>
    <message numerus="yes">
        <source>%Ln digit(s)</source>
        <translation>
            <numerusform>%Ln digit</numerusform>
            <numerusform>%Ln digits</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HandInspector</name>
    <message numerus="yes">
        <source>%n fewer of your {0} held-out digits are read right.</source>
        <translation>
            <numerusform>%n fewer of your {0} held-out digits is read right.</numerusform>
            <numerusform>%n fewer of your {0} held-out digits are read right.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more of your {0} held-out digits are read right.</source>
        <translation>
            <numerusform>%n more of your {0} held-out digits is read right.</numerusform>
            <numerusform>%n more of your {0} held-out digits are read right.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>With %n held-out digit(s), the true figure may well lie anywhere from {0} to {1}.</source>
        <translation>
            <numerusform>With %n held-out digit, the true figure may well lie anywhere from {0} to {1}.</numerusform>
            <numerusform>With %n held-out digits, the true figure may well lie anywhere from {0} to {1}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{0}: %Ln fewer of {1} are read right.</source>
        <translation>
            <numerusform>{0}: %Ln fewer of {1} is read right.</numerusform>
            <numerusform>{0}: %Ln fewer of {1} are read right.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{0}: %Ln more of {1} are read right.</source>
        <translation>
            <numerusform>{0}: %Ln more of {1} is read right.</numerusform>
            <numerusform>{0}: %Ln more of {1} are read right.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HandPage</name>
    <message numerus="yes">
        <source>Delete %n digit(s)</source>
        <translation>
            <numerusform>Delete %n digit</numerusform>
            <numerusform>Delete %n digits</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>This network tells %n classes apart, not ten digits.</source>
        <translation>
            <numerusform>This network knows %n class, not ten digits.</numerusform>
            <numerusform>This network tells %n classes apart, not ten digits.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HandStage</name>
    <message numerus="yes">
        <source>%Ln digit(s)</source>
        <translation>
            <numerusform>%Ln digit</numerusform>
            <numerusform>%Ln digits</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{0} of {1}, and %Ln correction(s)</source>
        <translation>
            <numerusform>{0} of {1}, and %Ln correction</numerusform>
            <numerusform>{0} of {1}, and %Ln corrections</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImageFiles</name>
    <message numerus="yes">
        <source>%Ln image(s) were read from {0}.</source>
        <translation>
            <numerusform>%Ln image were read from {0}.</numerusform>
            <numerusform>%Ln images were read from {0}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln image(s) were written to {0}.</source>
        <translation>
            <numerusform>%Ln image were written to {0}.</numerusform>
            <numerusform>%Ln images were written to {0}.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImagesDialog</name>
    <message numerus="yes">
        <source>%Ln image(s) to learn from</source>
        <translation>
            <numerusform>%Ln image to learn from</numerusform>
            <numerusform>%Ln images to learn from</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>There is room for %Ln image(s) and no more.</source>
        <translation>
            <numerusform>There is room for %Ln image and no more.</numerusform>
            <numerusform>There is room for %Ln images and no more.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LearnFace</name>
    <message numerus="yes">
        <source>%n step(s) learned</source>
        <translation>
            <numerusform>%n step learned</numerusform>
            <numerusform>%n steps learned</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MistakesView</name>
    <message numerus="yes">
        <source>%Ln image(s), the least sure first</source>
        <translation>
            <numerusform>%Ln image, the least sure first</numerusform>
            <numerusform>%Ln images, the least sure first</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln image(s), the surest mistake first</source>
        <translation>
            <numerusform>%Ln image, the surest mistake first</numerusform>
            <numerusform>%Ln images, the surest mistake first</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln point(s), the least sure first</source>
        <translation>
            <numerusform>%Ln point, the least sure first</numerusform>
            <numerusform>%Ln points, the least sure first</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln point(s), the surest mistake first</source>
        <translation>
            <numerusform>%Ln point, the surest mistake first</numerusform>
            <numerusform>%Ln points, the surest mistake first</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NeededFace</name>
    <message numerus="yes">
        <source>%n hidden unit(s)</source>
        <translation>
            <numerusform>%n hidden unit</numerusform>
            <numerusform>%n hidden units</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n network(s) trained</source>
        <translation>
            <numerusform>%n network trained</numerusform>
            <numerusform>%n networks trained</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NetworkPage</name>
    <message numerus="yes">
        <source>%Ln weights of this network are not numbers: what depends on them cannot be shown.</source>
        <translation>
            <numerusform>%Ln weight of this network is not a number: what depends on it cannot be shown.</numerusform>
            <numerusform>%Ln weights of this network are not numbers: what depends on them cannot be shown.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PointFiles</name>
    <message numerus="yes">
        <source>%Ln point(s) pasted</source>
        <translation>
            <numerusform>%Ln point pasted</numerusform>
            <numerusform>%Ln points pasted</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln point(s) read from {0}</source>
        <translation>
            <numerusform>%Ln point read from {0}</numerusform>
            <numerusform>%Ln points read from {0}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln point(s) written to {0}</source>
        <translation>
            <numerusform>%Ln point written to {0}</numerusform>
            <numerusform>%Ln points written to {0}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProbesView</name>
    <message numerus="yes">
        <source>%Ln value(s)</source>
        <translation>
            <numerusform>%Ln value</numerusform>
            <numerusform>%Ln values</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RunCells</name>
    <message numerus="yes">
        <source>%n seed(s)</source>
        <translation>
            <numerusform>%n seed</numerusform>
            <numerusform>%n seeds</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RunFiles</name>
    <message numerus="yes">
        <source>%n run(s) imported.</source>
        <translation>
            <numerusform>%n run imported.</numerusform>
            <numerusform>%n runs imported.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n run(s) were damaged and are left out.</source>
        <translation>
            <numerusform>%n run were damaged and are left out.</numerusform>
            <numerusform>%n runs were damaged and are left out.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n run(s) were here already.</source>
        <translation>
            <numerusform>%n run were here already.</numerusform>
            <numerusform>%n runs were here already.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Exported %n run(s)</source>
        <translation>
            <numerusform>Exported %n run</numerusform>
            <numerusform>Exported %n runs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RunRoom</name>
    <message numerus="yes">
        <source>With this limit %n old run(s) without a mark would lose their weights; lines and curves stay.</source>
        <translation>
            <numerusform>With this limit %n old run without a mark would lose their weights; lines and curves stay.</numerusform>
            <numerusform>With this limit %n old runs without a mark would lose their weights; lines and curves stay.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RunsModel</name>
    <message numerus="yes">
        <source>%n run(s): {0}</source>
        <translation>
            <numerusform>%n run: {0}</numerusform>
            <numerusform>%n runs: {0}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RunsPage</name>
    <message numerus="yes">
        <source>%n run(s) recorded</source>
        <translation>
            <numerusform>%n run recorded</numerusform>
            <numerusform>%n runs recorded</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SeedsRow</name>
    <message numerus="yes">
        <source>%n more seed(s) each</source>
        <translation>
            <numerusform>%n more seed each</numerusform>
            <numerusform>%n more seeds each</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n seed(s) to be trained; Train shows how far they are.</source>
        <translation>
            <numerusform>%n seed to be trained; Train shows how far they are.</numerusform>
            <numerusform>%n seeds to be trained; Train shows how far they are.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SizeWall</name>
    <message numerus="yes">
        <source>%n unit(s)</source>
        <translation>
            <numerusform>%n unit</numerusform>
            <numerusform>%n units</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SizesChart</name>
    <message numerus="yes">
        <source>%n hidden unit(s)</source>
        <translation>
            <numerusform>%n hidden unit</numerusform>
            <numerusform>%n hidden units</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SizesDialog</name>
    <message numerus="yes">
        <source>%n unit(s), seed {0}</source>
        <translation>
            <numerusform>%n unit, seed {0}</numerusform>
            <numerusform>%n units, seed {0}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SlopeFace</name>
    <message numerus="yes">
        <source>after %n such unit(s)</source>
        <translation>
            <numerusform>after %n such unit</numerusform>
            <numerusform>after %n such units</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StepExport</name>
    <message numerus="yes">
        <source>It shows %Ln image(s).</source>
        <translation>
            <numerusform>It shows %Ln image.</numerusform>
            <numerusform>It shows %Ln images.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It takes %Ln step(s).</source>
        <translation>
            <numerusform>It takes %Ln step.</numerusform>
            <numerusform>It takes %Ln steps.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StepPage</name>
    <message numerus="yes">
        <source>%n step(s) by hand, learning rate {0}</source>
        <translation>
            <numerusform>%n step by hand, learning rate {0}</numerusform>
            <numerusform>%n steps by hand, learning rate {0}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SurfaceDialog</name>
    <message numerus="yes">
        <source>C_T is counted on %n sample(s), a part of all.</source>
        <translation>
            <numerusform>C_T is counted on %n sample, a part of all.</numerusform>
            <numerusform>C_T is counted on %n samples, a part of all.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>C_T is counted on %n sample(s).</source>
        <translation>
            <numerusform>C_T is counted on %n sample.</numerusform>
            <numerusform>C_T is counted on %n samples.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Surgery</name>
    <message numerus="yes">
        <source>%n unit(s) revived</source>
        <translation>
            <numerusform>%n unit revived</numerusform>
            <numerusform>%n units revived</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TaleBench</name>
    <message numerus="yes">
        <source>%Ln network(s) start from random weights and learn 48 of the 64 images. Do they find the demons A, B and C by themselves?</source>
        <translation>
            <numerusform>%Ln network start from random weights and learn 48 of the 64 images. Do they find the demons A, B and C by themselves?</numerusform>
            <numerusform>%Ln networks start from random weights and learn 48 of the 64 images. Do they find the demons A, B and C by themselves?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Left bars: read all 64. Right bars: the tale came true. In % of %Ln network(s).</source>
        <translation>
            <numerusform>Left bars: read all 64. Right bars: the tale came true. In % of %Ln network.</numerusform>
            <numerusform>Left bars: read all 64. Right bars: the tale came true. In % of %Ln networks.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Train %Ln network(s)</source>
        <translation>
            <numerusform>Train %Ln network</numerusform>
            <numerusform>Train %Ln networks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Train %n more size(s)</source>
        <translation>
            <numerusform>Train %n more size</numerusform>
            <numerusform>Train %n more sizes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Training with %n hidden unit(s)…</source>
        <translation>
            <numerusform>Training with %n hidden unit…</numerusform>
            <numerusform>Training with %n hidden units…</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TaleWords</name>
    <message numerus="yes">
        <source>%n blank pixel(s)</source>
        <translation>
            <numerusform>%n blank pixel</numerusform>
            <numerusform>%n blank pixels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hidden unit(s)</source>
        <translation>
            <numerusform>%n hidden unit</numerusform>
            <numerusform>%n hidden units</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other(s)</source>
        <translation>
            <numerusform>%n other</numerusform>
            <numerusform>%n others</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It likes ink on pixel(s) {0}; it dislikes ink on pixel {1}.</source>
        <translation>
            <numerusform>It likes ink on pixel {0}; it dislikes ink on pixel {1}.</numerusform>
            <numerusform>It likes ink on pixels {0}; it dislikes ink on pixel {1}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It likes ink on pixel(s) {0}; it dislikes ink on pixels {1}.</source>
        <translation>
            <numerusform>It likes ink on pixel {0}; it dislikes ink on pixels {1}.</numerusform>
            <numerusform>It likes ink on pixels {0}; it dislikes ink on pixels {1}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It likes ink on pixel(s) {0}; it dislikes nothing much.</source>
        <translation>
            <numerusform>It likes ink on pixel {0}; it dislikes nothing much.</numerusform>
            <numerusform>It likes ink on pixels {0}; it dislikes nothing much.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It likes nothing much; it dislikes ink on pixel(s) {1}.</source>
        <translation>
            <numerusform>It likes nothing much; it dislikes ink on pixel {1}.</numerusform>
            <numerusform>It likes nothing much; it dislikes ink on pixels {1}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The other %n add {0}.</source>
        <translation>
            <numerusform>The other one adds {0}.</numerusform>
            <numerusform>The other %n add {0}.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Transport</name>
    <message numerus="yes">
        <source>%n step(s)/s</source>
        <translation>
            <numerusform>%n step/s</numerusform>
            <numerusform>%n steps/s</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TransportBar</name>
    <message numerus="yes">
        <source>%Ln epoch(s) in {0}</source>
        <translation>
            <numerusform>%Ln epoch in {0}</numerusform>
            <numerusform>%Ln epochs in {0}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln epoch(s) in {0}, no longer improving</source>
        <translation>
            <numerusform>%Ln epoch in {0}, no longer improving</numerusform>
            <numerusform>%Ln epochs in {0}, no longer improving</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n seed(s) in {0}</source>
        <translation>
            <numerusform>%n seed in {0}</numerusform>
            <numerusform>%n seeds in {0}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n seed(s) together</source>
        <translation>
            <numerusform>%n seed together</numerusform>
            <numerusform>%n seeds together</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UnitsCard</name>
    <message numerus="yes">
        <source>%n unit(s) of the first layer</source>
        <translation>
            <numerusform>%n unit of the first layer</numerusform>
            <numerusform>%n units of the first layer</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n unit(s), one for each class</source>
        <translation>
            <numerusform>%n unit, one for each class</numerusform>
            <numerusform>%n units, one for each class</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UnitsFace</name>
    <message numerus="yes">
        <source>%Ln input(s)</source>
        <translation>
            <numerusform>%Ln input</numerusform>
            <numerusform>%Ln inputs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln other input(s)</source>
        <translation>
            <numerusform>%Ln other input</numerusform>
            <numerusform>%Ln other inputs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln other pixel(s)</source>
        <translation>
            <numerusform>%Ln other pixel</numerusform>
            <numerusform>%Ln other pixels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln other unit(s)</source>
        <translation>
            <numerusform>%Ln other unit</numerusform>
            <numerusform>%Ln other units</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pixel(s)</source>
        <translation>
            <numerusform>%Ln pixel</numerusform>
            <numerusform>%Ln pixels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln unit(s)</source>
        <translation>
            <numerusform>%Ln unit</numerusform>
            <numerusform>%Ln units</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The %Ln units of the last hidden layer push the score of {0} up (orange) or down (blue). With the bias they add up exactly.</source>
        <translation>
            <numerusform>The only unit of the last hidden layer pushes the score of {0} up (orange) or down (blue). With the bias they add up exactly.</numerusform>
            <numerusform>The %Ln units of the last hidden layer push the score of {0} up (orange) or down (blue). With the bias they add up exactly.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The %Ln units of the last hidden layer push towards {0} (orange) or towards {1} (blue). With the bias they add up exactly.</source>
        <translation>
            <numerusform>The only unit of the last hidden layer pushes towards {0} (orange) or towards {1} (blue). With the bias they add up exactly.</numerusform>
            <numerusform>The %Ln units of the last hidden layer push towards {0} (orange) or towards {1} (blue). With the bias they add up exactly.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>WeightPanel</name>
    <message numerus="yes">
        <source>C_T along this weight, %n sample(s)</source>
        <translation>
            <numerusform>C_T along this weight, %n sample</numerusform>
            <numerusform>C_T along this weight, %n samples</numerusform>
        </translation>
    </message>
</context>
</TS>
